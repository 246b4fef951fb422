"""Beats and regions for the region and marker manager of REAPER."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.placing import caption, region_caption
from jobs.exports.tables import Table
from jobs.exports.timing import Timing
from jobs.results import Result

HEADER = ("#", "Name", "Start", "End", "Length", "Color")
BEAT, DOWNBEAT, REGION = "4DA6D9", "E8590C", "4CAF50"


class ReaperMarkers(Export):
    """Rows M1, M2, ... for markers and R1, R2, ... for regions, colours as RRGGBB."""

    key = "reaper"
    title = _("REAPER markers and regions")
    ending = "reaper.csv"
    content_type = "text/csv; charset=utf-8"
    applications = (
        Application(
            key="reaper",
            name="REAPER",
            group=Group.MUSIC,
            how_to=_(
                "Open View > Region/Marker Manager, right-click in it, choose Import regions/markers, and "
                "take this file."
            ),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        return Table((HEADER, *_rows(result)), marked=False).content()


def _rows(result: Result) -> Iterator[tuple[str, ...]]:
    for number, marker in enumerate(result.markers, start=1):
        colour = DOWNBEAT if marker.downbeat else BEAT
        yield f"M{number}", caption(marker, number), _clock(marker.time), "", "", colour
    for number, region in enumerate(result.regions, start=1):
        ends = _clock(region.start), _clock(region.end), _clock(region.end - region.start)
        yield f"R{number}", region_caption(region, number), *ends, REGION


def _clock(seconds: float) -> str:
    """h:mm:ss.mmm. Seconds alone would be bars where a project counts in bars."""
    minutes, thousandths = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{thousandths // 1000:02}.{thousandths % 1000:03}"
