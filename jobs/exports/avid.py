"""Beats as a marker list of Avid Media Composer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.marks import marks_of
from jobs.exports.timing import Timing
from jobs.results import Result

NAME, TRACK = "TMP Portal", "V1"
COLOURS = {"beat": "cyan", "downbeat": "red", "region": "green"}


class AvidMarkers(Export):
    """Lines of name, timecode, track, colour, comment and number of frames, parted by tabs."""

    key = "avid"
    title = _("Avid marker list")
    ending = "avid.txt"
    content_type = "text/plain; charset=utf-8"
    uses = frozenset({"fps", "start"})
    start = "01:00:00:00"
    applications = (
        Application(
            key="avid",
            name="Avid Media Composer",
            group=Group.VIDEO,
            how_to=_(
                "Load your sequence, open Tools > Markers, choose Import Markers in its menu, and take this "
                "file."
            ),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        lines = (
            f"{NAME}\t{timing.timecode(mark.first)}\t{TRACK}\t{COLOURS[mark.kind]}\t{mark.name}\t{mark.count}\n"
            for mark in marks_of(result, timing)
        )
        return "".join(lines).encode()
