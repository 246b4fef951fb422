"""Chooses the beats that a film is cut on: beats and a wish in, cuts out. Knows no Django and no files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

# Event numbers of a CMX3600 list have three digits.
MOST_SHOTS = 999
# Every beat is weighed against every earlier one.
MOST_BEATS = 10_000
# A cut beside the preferred beats weighs as much as a shot that is wrong by half of the length wished for.
RELUCTANCE = 0.25


class By(StrEnum):
    """What the numbers of a wish count."""

    COUNT = "count"
    SECONDS = "seconds"
    BEATS = "beats"
    BARS = "bars"


class Prefer(StrEnum):
    """Beats that cuts rather fall on."""

    ANY = "any"
    DOWNBEATS = "downbeats"
    STRONG = "strong"


@dataclass(frozen=True, kw_only=True)
class Beat:
    """A beat that may be cut on: its frame and its second on the timeline, strength from 0 to 1 or None."""

    frame: int
    time: float
    downbeat: bool = False
    strength: float | None = None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How many shots (`sizes` has that one number), or how long each is; several `sizes` take turns."""

    by: By
    sizes: tuple[float, ...]
    prefer: Prefer = Prefer.ANY


class NoCutsError(Exception):
    """There is no such cut list."""


class TooFewBeatsError(NoCutsError):
    """`beats` (of them downbeats, where `of_bars`) are enough for `most` shots, and more were wished for."""

    def __init__(self, *, beats: int, most: int, of_bars: bool = False) -> None:
        super().__init__(beats, most)
        self.beats, self.most, self.of_bars = beats, most, of_bars


class TooManyShotsError(NoCutsError):
    """More than MOST_SHOTS."""


class TooManyBeatsError(NoCutsError):
    """More than MOST_BEATS."""


def choose(beats: Sequence[Beat], wish: Wish) -> list[Beat]:
    """The beats to cut on, where the first shot begins and the last one ends included: one more than shots.

    `beats` rise by frame. A count fills everything from the first beat to the last with shots as even as the
    beats allow. Lengths in seconds are as near to the wished ones as the beats allow, those in beats and bars
    exact, and both end where too little is left for one more. Raises NoCutsError.
    """
    if len(beats) > MOST_BEATS:
        raise TooManyBeatsError
    if len(beats) < 2:
        raise TooFewBeatsError(beats=len(beats), most=0)
    cuts = _WAYS[wish.by](beats, wish)
    if len(cuts) - 1 > MOST_SHOTS:
        raise TooManyShotsError
    return cuts


def unlike(cuts: Sequence[Beat], wish: Wish) -> int:
    """How many shots are longer or shorter than wished by more than half; only seconds can fail so."""
    if wish.by != By.SECONDS:
        return 0
    lengths = np.diff([cut.time for cut in cuts])
    wished = np.resize(wish.sizes, len(lengths))
    return int(np.count_nonzero(np.abs(lengths - wished) > wished / 2))


def _evenly(beats: Sequence[Beat], wish: Wish) -> list[Beat]:
    """`count` shots: each cut as near as possible to where it would be if all were of one length.

    Row by row, as one learns of the k-th cut from the one before it: the best way to have it at this beat or
    an earlier one.
    """
    count = int(wish.sizes[0])
    if count > MOST_SHOTS:
        raise TooManyShotsError
    if count > len(beats) - 1:
        raise TooFewBeatsError(beats=len(beats), most=len(beats) - 1)
    times, dislike = _arrays(beats, wish)
    length = (times[-1] - times[0]) / count
    best = np.zeros(len(beats))
    kept: list[NDArray[np.intp]] = []
    for number in range(1, count):
        wished = times[0] + number * length
        costs = np.full(len(beats), math.inf)
        costs[number:-1] = ((times[number:-1] - wished) / length) ** 2 + dislike[number:-1]
        costs[1:] += best[:-1]
        best = np.minimum.accumulate(costs)
        # The beat that each of those best ways has for this cut.
        kept.append(np.maximum.accumulate(np.where(costs <= best, np.arange(len(beats)), 0)))
    chosen = [len(beats) - 1]
    for row in reversed(kept):
        chosen.append(int(row[chosen[-1] - 1]))
    return [beats[place] for place in (0, *reversed(chosen))]


def _by_seconds(beats: Sequence[Beat], wish: Wish) -> list[Beat]:
    """Shots of `sizes` seconds by turns, until less is left than the next one: the least sum of squares of
    what each is wrong by, as a part of its own wished length."""
    times, dislike = _arrays(beats, wish)
    sizes, turns = wish.sizes, len(wish.sizes)
    # For each beat and each turn that ended there: the cost of the best way, and where its last shot began.
    best = np.full((turns, len(beats)), math.inf)
    came = np.zeros((turns, len(beats)), dtype=np.intp)
    # The last turn "ended" where the first shot begins.
    best[turns - 1, 0] = 0.0
    for place in range(1, len(beats)):
        lengths = times[place] - times[:place]
        for turn, size in enumerate(sizes):
            costs = best[turn - 1, :place] + ((lengths - size) / size) ** 2
            first = int(np.argmin(costs))
            best[turn, place], came[turn, place] = costs[first] + dislike[place], first
    following = np.roll(sizes, -1)
    best[times[-1] - times >= following[:, None]] = math.inf
    best[:, 0] = math.inf
    turn, place = map(int, np.unravel_index(np.argmin(best), best.shape))
    chosen = [place]
    while place:
        turn, place = (turn - 1) % turns, int(came[turn, place])
        chosen.append(place)
    return [beats[place] for place in reversed(chosen)]


def _by_beats(beats: Sequence[Beat], wish: Wish) -> list[Beat]:
    """Every so many beats, beginning where the most cuts fall on preferred ones."""
    steps = [int(size) for size in wish.sizes]
    if len(beats) <= steps[0]:
        raise TooFewBeatsError(beats=len(beats), most=0)
    _times, dislike = _arrays(beats, wish)
    begins = range(min(sum(steps), len(beats) - steps[0])) if dislike.any() else range(1)
    ways = [_stepped(len(beats), begin, steps) for begin in begins]
    return [beats[place] for place in min(ways, key=lambda way: float(np.mean(dislike[way])))]


def _by_bars(beats: Sequence[Beat], wish: Wish) -> list[Beat]:
    """Every so many downbeats."""
    downbeats = [beat for beat in beats if beat.downbeat]
    if len(downbeats) <= wish.sizes[0]:
        raise TooFewBeatsError(beats=len(downbeats), most=0, of_bars=True)
    places = _stepped(len(downbeats), 0, [int(size) for size in wish.sizes])
    return [downbeats[place] for place in places]


def _stepped(count: int, begin: int, steps: Sequence[int]) -> list[int]:
    """Places below `count` from `begin` on, `steps` apart by turns."""
    places = [begin]
    while (following := places[-1] + steps[(len(places) - 1) % len(steps)]) < count:
        places.append(following)
    return places


def _arrays(beats: Sequence[Beat], wish: Wish) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """When each beat is, and what a cut on it costs, which is nothing on a preferred one."""
    times = np.array([beat.time for beat in beats])
    liked = np.array(
        {
            Prefer.ANY: [1.0] * len(beats),
            Prefer.DOWNBEATS: [float(beat.downbeat) for beat in beats],
            Prefer.STRONG: [beat.strength or 0.0 for beat in beats],
        }[wish.prefer]
    )
    # Nothing is preferred where nothing is told apart.
    top = liked.max()
    return times, RELUCTANCE * (1 - liked / top) if top > 0 else np.zeros(len(beats))


_WAYS = {By.COUNT: _evenly, By.SECONDS: _by_seconds, By.BEATS: _by_beats, By.BARS: _by_bars}
