"""Beats and regions as timeline markers of DaVinci Resolve: the EDL that it writes for its own markers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.marks import marks_of
from jobs.exports.timing import Timing
from jobs.results import Result

COLOURS = {"beat": "Blue", "downbeat": "Red", "region": "Green"}


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
        lines = [f"TITLE: {_safe(song.name)}", f"FCM: {mode}", ""]
        for number, mark in enumerate(marks_of(result, timing), start=1):
            start, end = timing.timecode(mark.first), timing.timecode(mark.first + mark.count)
            lines += [
                f"{number:03}  001      V     C        {start} {end} {start} {end}  ",
                f" |C:ResolveColor{COLOURS[mark.kind]} |M:{_safe(mark.name)} |D:{mark.count}",
                "",
            ]
        return "\n".join([*lines, ""]).encode()


def _safe(text: str) -> str:
    """A bar would end the name."""
    return text.replace("|", "¦")
