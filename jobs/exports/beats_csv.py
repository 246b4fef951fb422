"""Beats and regions as a table, for spreadsheets and scripts."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.tables import Table
from jobs.exports.timing import Timing
from jobs.results import Result

HEADER = (
    "index",
    "kind",
    "time_s",
    "end_s",
    "timecode",
    "frame",
    "label",
    "strength",
    "score",
    "downbeat",
)


class BeatsCsv(Export):
    """One row per marker, then one per region: seconds with six decimals, `downbeat` 1 or 0; what TMP did not
    say is an empty cell."""

    key = "csv"
    title = _("CSV table")
    ending = "csv"
    content_type = "text/csv; charset=utf-8"
    uses = frozenset({"fps", "start"})
    applications = (
        Application(
            key="csv",
            name=_("Spreadsheet (CSV)"),
            group=Group.DATA,
            how_to=_("Open the file in Excel, WPS, Numbers or any script: one row for each beat."),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        return Table((HEADER, *_rows(result, timing))).content()


def _rows(result: Result, timing: Timing) -> Iterator[tuple[int | str, ...]]:
    for index, marker in enumerate(result.markers, start=1):
        frame = timing.frame(marker.time)
        place = (f"{marker.time:.6f}", "", timing.timecode(frame), frame)
        yield index, "beat", *place, marker.label, _part(marker.strength), "", int(marker.downbeat)
    for index, region in enumerate(result.regions, start=1):
        frame = timing.frame(region.start)
        place = (f"{region.start:.6f}", f"{region.end:.6f}", timing.timecode(frame), frame)
        yield index, "region", *place, region.label, "", _part(region.score), ""


def _part(number: float | None) -> str:
    return "" if number is None else f"{number:.4f}"
