"""Chooses the stretch of bars that comes back and stands out, and every time it does."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sandbox.choruses.hearing import Bars, Numbers

LENGTHS = (4, 6, 8, 12, 16)  # bars
ALIKE = 0.5  # from here on a stretch is the other one again
AS_FULL = 0.6  # a return may be less full than the stretch by so many standard deviations of the song's bars
UNREPEATED = 8  # bars of the fullest part, where nothing comes back
LOW_SCORE = 0.2


@dataclass(frozen=True, kw_only=True)
class Return:
    """Bars from `first` to before `last`; `score` from 0 to 1."""

    first: int
    last: int
    score: float


@dataclass(frozen=True, kw_only=True)
class _Set:
    """All times that one stretch sounds: their first bars, how alike they are, what speaks for the set."""

    starts: tuple[int, ...]
    length: int
    alike: tuple[float, ...]
    worth: float


def best_return(bars: Bars) -> list[Return]:
    """The chorus, each time it sounds, in order; the fullest part alone where nothing comes back."""
    found = max(_sets(bars), key=lambda each: each.worth, default=None)
    if found is None or found.worth <= 0:
        return [_fullest(bars.fullness)]
    returns = [
        Return(first=start, last=start + found.length, score=_score(found, alike))
        for start, alike in sorted(zip(found.starts, found.alike, strict=True))
    ]
    return _joined(returns)


def _sets(bars: Bars) -> Iterator[_Set]:
    """Every stretch that comes back, of any length and from any bar."""
    for length in LENGTHS:
        alike = _stretches(bars.alike, length)
        if alike is None:
            continue
        fullness = np.convolve(bars.fullness, np.ones(length) / length, mode="valid")
        for start in range(len(alike)):
            starts = _returns(alike[start], fullness, start, length)
            if len(starts) > 1:
                told = tuple(float(alike[start, each]) for each in starts if each != start)
                worth = _standing_out(bars.fullness, starts, length) * float(np.mean(told))
                mean = float(np.mean(told))
                own = tuple(mean if each == start else float(alike[start, each]) for each in starts)
                yield _Set(starts=tuple(starts), length=length, alike=own, worth=worth)


def _stretches(alike: Numbers, length: int) -> Numbers | None:
    """How alike two stretches of `length` bars are, by their first bars; None when two do not fit in."""
    count = len(alike) - length + 1
    if count <= length:
        return None
    total = np.zeros((count, count))
    for bar in range(length):
        total += alike[bar : bar + count, bar : bar + count]
    return np.asarray(total / length)


def _returns(alike: Numbers, fullness: Numbers, start: int, length: int) -> list[int]:
    """First bars of the stretch at `start` and of all that are like it, the most alike first, none
    overlapping."""
    taken = [start]
    for other in np.argsort(-alike):
        if alike[other] < ALIKE:
            break
        is_free = all(abs(int(other) - each) >= length for each in taken)
        if is_free and fullness[other] >= fullness[start] - AS_FULL:
            taken.append(int(other))
    return taken


def _standing_out(fullness: Numbers, starts: list[int], length: int) -> float:
    """The share of the song's changes in fullness that lies between these stretches and the rest (0 to 1)."""
    inside = np.zeros(len(fullness), bool)
    for start in starts:
        inside[start : start + length] = True
    if inside.all():
        return 0.0
    gap = float(fullness[inside].mean() - fullness[~inside].mean())
    share = float(inside.mean())
    return max(0.0, gap) ** 2 * share * (1 - share) / (float(fullness.var()) + 1e-9)


def _score(found: _Set, alike: float) -> float:
    return float(np.clip(LOW_SCORE + (1 - LOW_SCORE) * np.sqrt(found.worth) * alike, 0, 1))


def _fullest(fullness: Numbers) -> Return:
    length = min(UNREPEATED, len(fullness))
    means = np.convolve(fullness, np.ones(length) / length, mode="valid")
    first = int(means.argmax())
    return Return(first=first, last=first + length, score=LOW_SCORE)


def _joined(returns: list[Return]) -> list[Return]:
    """Neighbours that touch as one."""
    joined: list[Return] = []
    for each in returns:
        if joined and joined[-1].last == each.first:
            score = max(joined[-1].score, each.score)
            joined[-1] = Return(first=joined[-1].first, last=each.last, score=score)
        else:
            joined.append(each)
    return joined
