"""Beats as cues, each until the next one: what SRT and WebVTT have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from jobs.exports.base import Export, Song
from jobs.exports.placing import caption, region_caption
from jobs.exports.timing import Timing
from jobs.results import Marker, Result

if TYPE_CHECKING:
    from pysubs2 import SSAEvent

# How long the last cue is shown, and how long any may be: a caption over a silent minute tells nothing.
LAST_MS, LONGEST_MS = 500, 10_000
# pysubs2 reads these as styles of its own.
_STYLES = str.maketrans({"{": "(", "}": ")", "\\": "/"})


class Cues(Export):
    """Regions come as cues of their own that last as long as they do."""

    format: ClassVar[str]

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        from pysubs2 import SSAFile

        file = SSAFile()
        file.events = [*self._of_markers(result.markers), *self._of_regions(result)]
        file.sort()
        return file.to_string(self.format).encode()

    @abstractmethod
    def words(self, text: str) -> str:
        """The text as the format writes it."""

    def _of_markers(self, markers: tuple[Marker, ...]) -> list[SSAEvent]:
        starts = [round(marker.time * 1000) for marker in markers]
        ends = [*starts[1:], starts[-1] + LAST_MS] if starts else []
        return [
            self._cue(start, min(end, start + LONGEST_MS), caption(marker, number))
            for number, (start, end, marker) in enumerate(zip(starts, ends, markers, strict=True), start=1)
        ]

    def _of_regions(self, result: Result) -> list[SSAEvent]:
        return [
            self._cue(round(region.start * 1000), round(region.end * 1000), region_caption(region, number))
            for number, region in enumerate(result.regions, start=1)
        ]

    def _cue(self, start: int, end: int, text: str) -> SSAEvent:
        from pysubs2 import SSAEvent

        safe = text.translate(_STYLES).replace("-->", "→")
        return SSAEvent(start=start, end=max(start + 1, end), text=self.words(safe))
