"""Beats and regions as a label track of Audacity."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Export
from jobs.results import Marker, Result


class AudacityLabels(Export):
    """One line per label, `start<tab>end<tab>text`, in seconds; a moment starts where it ends."""

    key = "audacity"
    title = _("Audacity labels")
    extension = "txt"
    content_type = "text/plain; charset=utf-8"
    how_to = _("In Audacity: File, Import, Labels.")

    def write(self, result: Result, *, name: str) -> bytes:
        lines = [
            (marker.time, marker.time, _text(marker, index))
            for index, marker in enumerate(result.markers, start=1)
        ]
        lines += [(region.start, region.end, region.label) for region in result.regions]
        return "".join(f"{start:.6f}\t{end:.6f}\t{_one_line(text)}\n" for start, end, text in lines).encode()


def _text(marker: Marker, index: int) -> str:
    return marker.label or (f"{index} *" if marker.downbeat else str(index))


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
