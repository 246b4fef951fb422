"""Beats as a marker list of Avid Media Composer."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.placing import caption, region_caption
from jobs.exports.timing import Timing
from jobs.results import Result

NAME, TRACK = "TMP Portal", "V1"
BEAT, DOWNBEAT, REGION = "cyan", "red", "green"


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
            f"{NAME}\t{timing.timecode(first)}\t{TRACK}\t{colour}\t{comment}\t{count}\n"
            for first, count, colour, comment in _lines(result, timing)
        )
        return "".join(lines).encode()


def _lines(result: Result, timing: Timing) -> Iterator[tuple[int, int, str, str]]:
    for number, marker in enumerate(result.markers, start=1):
        colour = DOWNBEAT if marker.downbeat else BEAT
        yield timing.frame(marker.time), 1, colour, caption(marker, number)
    for number, region in enumerate(result.regions, start=1):
        yield *timing.frames(region.start, region.end), REGION, region_caption(region, number)
