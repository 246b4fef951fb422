"""Beats as a layer of time instants of Sonic Visualiser."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.placing import short_caption
from jobs.exports.tables import Table
from jobs.exports.timing import Timing
from jobs.results import Result


class SonicVisualiser(Export):
    """Rows of `seconds,label` without a header; a layer of instants has no room for regions."""

    key = "sonicvisualiser"
    title = _("Sonic Visualiser time instants")
    ending = "sonic-visualiser.csv"
    content_type = "text/csv; charset=utf-8"
    has_regions = False
    applications = (
        Application(
            key="sonicvisualiser",
            name="Sonic Visualiser",
            group=Group.DATA,
            how_to=_(
                "Open the song, choose File > Import Annotation Layer, and tell it that the first column is "
                "time in seconds and the second a label."
            ),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        rows = (
            (f"{marker.time:.6f}", short_caption(marker, number))
            for number, marker in enumerate(result.markers, start=1)
        )
        return Table(rows, marked=False, end="\n").content()
