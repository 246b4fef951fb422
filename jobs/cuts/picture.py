"""A cut list as places in two drawings over the song: a strip that scrolls, and a view of the whole."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.cuts.shots import CutList, Shot
from jobs.exports.placing import length_of

# Pixels of the strip: what it has at least, what a shot needs to hold its number, and where a strip ends.
LEAST_WIDTH = 1214
NARROWEST_SHOT = 44
MOST_WIDTH = 24_000
# What a number and a length need.
NUMBER_WIDTH = 22
LENGTH_WIDTH = 40
# Of the view of the whole, which a page stretches to its width.
WHOLE = 1000


@dataclass(frozen=True, kw_only=True)
class Block:
    """A shot in the strip and in the view of the whole; `has_number` and `has_length` where there is room."""

    shot: Shot
    x: float
    width: float
    whole_x: float
    whole_width: float
    has_number: bool
    has_length: bool

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return self.x + self.width / 2


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A beat in the strip."""

    x: float
    downbeat: bool


@dataclass(frozen=True, kw_only=True)
class Picture:
    """`width` in pixels; `seconds` are the places of a ruler and what stands there."""

    width: int
    blocks: list[Block]
    ticks: list[Tick]
    seconds: list[tuple[float, int]]

    @property
    def fits(self) -> bool:
        """Whether it needs no scrolling at a desk."""
        return self.width <= LEAST_WIDTH


def picture_of(cuts: CutList) -> Picture:
    """The drawings of a cut list, from the beginning of the song to its end."""
    timing = cuts.timing
    begin = timing.frame(timing.offset)
    end = max(timing.frame(length_of(cuts.result, cuts.song.seconds, timing.offset)), cuts.end)
    total = end - begin
    shortest = min(shot.count for shot in cuts.shots)
    width = round(min(MOST_WIDTH, max(LEAST_WIDTH, total * NARROWEST_SHOT / shortest)))
    scale = width / total
    return Picture(
        width=width,
        blocks=[_block(shot, shot.first - begin, scale, WHOLE / total) for shot in cuts.shots],
        ticks=[Tick(x=(beat.frame - begin) * scale, downbeat=beat.downbeat) for beat in cuts.beats],
        seconds=_seconds(total, width, float(timing.rate.exact)),
    )


def _block(shot: Shot, first: int, scale: float, whole: float) -> Block:
    """The shot from frame `first` of the song."""
    width = shot.count * scale
    return Block(
        shot=shot,
        x=first * scale,
        width=width,
        whole_x=first * whole,
        whole_width=shot.count * whole,
        has_number=width >= NUMBER_WIDTH,
        has_length=width >= LENGTH_WIDTH,
    )


# Steps of a ruler that read well, in seconds.
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_LEAST_STEP = 60


def _seconds(total: int, width: int, rate: float) -> list[tuple[float, int]]:
    """Places and seconds of a ruler."""
    each = width / (total / rate)
    step = next((step for step in _STEPS if step * each >= _LEAST_STEP), _STEPS[-1])
    return [(second * each, second) for second in range(0, int(total / rate) + 1, step)]
