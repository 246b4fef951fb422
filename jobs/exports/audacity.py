"""Beats and regions as a label track of Audacity."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.placing import region_caption, short_caption
from jobs.exports.timing import Timing
from jobs.results import Result


class AudacityLabels(Export):
    """One line per label, `start<tab>end<tab>text`, in seconds; a moment starts where it ends."""

    key = "audacity"
    title = _("Audacity labels")
    ending = "audacity.txt"
    content_type = "text/plain; charset=utf-8"
    applications = (
        Application(
            key="audacity",
            name="Audacity",
            group=Group.MUSIC,
            how_to=_("Open the song, then choose File > Import > Labels and take this file."),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        lines = [
            (marker.time, marker.time, short_caption(marker, number))
            for number, marker in enumerate(result.markers, start=1)
        ]
        lines += [
            (region.start, region.end, region_caption(region, number))
            for number, region in enumerate(result.regions, start=1)
        ]
        return "".join(f"{start:.6f}\t{end:.6f}\t{text}\n" for start, end, text in lines).encode()
