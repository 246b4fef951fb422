"""A cut list in the words of editors: shots of whole frames on the timeline that the song lies on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from jobs.cuts.planning import Beat, Wish, choose, unlike
from jobs.exports.base import LONGEST_NAME, Song
from jobs.exports.placing import placed, plain
from jobs.exports.timing import Timing
from jobs.results import Result


@dataclass(frozen=True, kw_only=True)
class Shot:
    """`count` frames from the frame `first` of the timeline, over `beats` beats; `number` counts from 1.

    `time` is where on the timeline its first beat is, `seconds` how long it lasts to the next shot's.
    """

    number: int
    first: int
    count: int
    beats: int
    on_downbeat: bool
    time: float
    seconds: float

    @property
    def name(self) -> str:
        """What the placeholder of its clip is called."""
        return f"Shot {self.number:03}"


@dataclass(frozen=True, kw_only=True)
class CutList:
    """Shots without gaps between them. `result` and `song` are ready to be written, as an Export gets them;
    `unlike` shots are far from the wished length."""

    shots: tuple[Shot, ...]
    beats: tuple[Beat, ...]
    result: Result
    song: Song
    timing: Timing
    unlike: int = 0

    @property
    def first(self) -> int:
        """The frame that the first shot begins with."""
        return self.shots[0].first

    @property
    def end(self) -> int:
        """The frame after the last shot."""
        return self.shots[-1].first + self.shots[-1].count


def cut_list(
    result: Result,
    wish: Wish,
    *,
    song: Song,
    timing: Timing,
    begin: Fraction | None = None,
    end: Fraction | None = None,
) -> CutList:
    """The shots that come nearest to the wish on the beats between `begin` and `end`, seconds of the song.

    Raises planning.NoCutsError.
    """
    ready = placed(result, timing.offset)
    beats = beats_of(ready, timing, begin=begin, end=end)
    cuts = choose(beats, wish)
    return CutList(
        shots=tuple(_shots(beats, cuts)),
        beats=tuple(beats),
        result=ready,
        song=Song(name=plain(song.name, longest=LONGEST_NAME) or "song", seconds=song.seconds),
        timing=timing,
        unlike=unlike(cuts, wish),
    )


def beats_of(
    result: Result, timing: Timing, *, begin: Fraction | None = None, end: Fraction | None = None
) -> list[Beat]:
    """The beats of a placed result in order; of those at one frame the first, or a downbeat if one is."""
    found: dict[int, Beat] = {}
    for marker in result.markers:
        told = Fraction(marker.time) - timing.offset
        if (begin is not None and told < begin) or (end is not None and told > end):
            continue
        frame = timing.frame(marker.time)
        if frame not in found or (marker.downbeat and not found[frame].downbeat):
            found[frame] = Beat(
                frame=frame, time=marker.time, downbeat=marker.downbeat, strength=marker.strength
            )
    return list(found.values())


def _shots(beats: Sequence[Beat], cuts: Sequence[Beat]) -> list[Shot]:
    place = {beat.frame: number for number, beat in enumerate(beats)}
    return [
        Shot(
            number=number,
            first=cut.frame,
            count=following.frame - cut.frame,
            beats=place[following.frame] - place[cut.frame],
            on_downbeat=cut.downbeat,
            time=cut.time,
            seconds=following.time - cut.time,
        )
        for number, (cut, following) in enumerate(zip(cuts, cuts[1:], strict=False), start=1)
    ]
