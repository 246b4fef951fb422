"""Beats and regions as timeline markers of DaVinci Resolve: the EDL that it writes for its own markers."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.placing import caption, plain, region_caption
from jobs.exports.timing import Timing
from jobs.results import Result

BEAT, DOWNBEAT, REGION = "Blue", "Red", "Green"


class ResolveEdl(Export):
    """Each marker is an event and a line ` |C:colour |M:name |D:frames`. The layout is not published; it is
    that of files which Resolve wrote."""

    key = "resolve"
    title = _("DaVinci Resolve marker EDL")
    ending = "resolve.edl"
    content_type = "text/plain; charset=utf-8"
    uses = frozenset({"fps", "start"})
    # New timelines of Resolve begin there.
    start = "01:00:00:00"
    applications = (
        Application(
            key="resolve",
            name="DaVinci Resolve",
            group=Group.VIDEO,
            how_to=_(
                "In the media pool, right-click your timeline, choose Timelines > Import > Timeline Markers "
                "from EDL, and take this file."
            ),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        mode = "DROP FRAME" if timing.rate.drop else "NON-DROP FRAME"
        lines = [f"TITLE: {_safe(plain(song.name))}", f"FCM: {mode}", ""]
        for number, (first, count, colour, name) in enumerate(_events(result, timing), start=1):
            start, end = timing.timecode(first), timing.timecode(first + count)
            lines += [
                f"{number:03}  001      V     C        {start} {end} {start} {end}  ",
                f" |C:ResolveColor{colour} |M:{_safe(name)} |D:{count}",
                "",
            ]
        return "\n".join([*lines, ""]).encode()


def _events(result: Result, timing: Timing) -> Iterator[tuple[int, int, str, str]]:
    """First frame, number of frames, colour and name of each marker."""
    for number, marker in enumerate(result.markers, start=1):
        colour = DOWNBEAT if marker.downbeat else BEAT
        yield timing.frame(marker.time), 1, colour, caption(marker, number)
    for number, region in enumerate(result.regions, start=1):
        yield *timing.frames(region.start, region.end), REGION, region_caption(region, number)


def _safe(text: str) -> str:
    """A bar would end the name."""
    return text.replace("|", "¦")
