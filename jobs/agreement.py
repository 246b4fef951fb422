"""How far two lists of beats of one song agree: pure arithmetic, in seconds, of sorted lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median

# Seconds within which two beats are the same beat: what mir_eval.beat and MIREX take.
WINDOW = 0.07
# A pair that lies so many seconds further apart than the others is told as a difference.
FAR = 0.025
# Differences with less than so many seconds between them are one stretch.
GAP = 3.0
# How far a ratio of tempi may be off and still be that of a note value; MIREX takes 4 % for tempo, too.
TEMPO_TOLERANCE = 0.04


# Seconds by which sums of times are off in binary.
_ROUNDING = 1e-9


class Level(StrEnum):
    """What B counts where A counts quarters: the same, or one of the errors that beat trackers make."""

    SAME = "same"
    DOUBLE = "double"
    HALF = "half"
    TRIPLE = "triple"
    THIRD = "third"
    THREE_HALVES = "three_halves"
    TWO_THIRDS = "two_thirds"
    OTHER = "other"


_LEVELS = {
    Level.SAME: 1.0,
    Level.DOUBLE: 2.0,
    Level.HALF: 0.5,
    Level.TRIPLE: 3.0,
    Level.THIRD: 1 / 3,
    Level.THREE_HALVES: 1.5,
    Level.TWO_THIRDS: 2 / 3,
}


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A part of the song, `start` to `end` in seconds, where so many beats are in A only, in B only, or in
    both but further apart than the rest."""

    start: float
    end: float
    only_a: int
    only_b: int
    apart: int


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """`pairs` are places in A and B of beats that are the same, `only_a` and `only_b` places of the others,
    `apart` those pairs that lie further apart than the rest.

    `f_measure` is 0 to 1, None where both lists are empty. `offset` is by how many seconds B comes after A,
    the median over the pairs; None without any. `tempo_ratio` is B's tempo over A's, by the median of the
    steps from beat to beat; None where one of them has no step.
    """

    pairs: tuple[tuple[int, int], ...]
    only_a: tuple[int, ...]
    only_b: tuple[int, ...]
    apart: tuple[tuple[int, int], ...]
    f_measure: float | None
    offset: float | None
    tempo_ratio: float | None
    level: Level | None
    stretches: tuple[Stretch, ...]


def compare(a: Sequence[float], b: Sequence[float], *, window: float = WINDOW) -> Agreement:
    """How far the times `b` agree with the times `a`; both are sorted."""
    pairs = _matched(a, b, window)
    with_a, with_b = {at for at, _ in pairs}, {there for _, there in pairs}
    only_a = tuple(at for at in range(len(a)) if at not in with_a)
    only_b = tuple(there for there in range(len(b)) if there not in with_b)
    offset = median(b[there] - a[at] for at, there in pairs) if pairs else None
    apart = tuple(pair for pair in pairs if abs(b[pair[1]] - a[pair[0]] - (offset or 0.0)) > FAR)
    ratio = _tempo_ratio(a, b)
    return Agreement(
        pairs=pairs,
        only_a=only_a,
        only_b=only_b,
        apart=apart,
        f_measure=2 * len(pairs) / (len(a) + len(b)) if a or b else None,
        offset=offset,
        tempo_ratio=ratio,
        level=_level(ratio),
        stretches=_stretches(
            [(a[at], 0) for at in only_a] + [(b[at], 1) for at in only_b] + [(a[at], 2) for at, _ in apart]
        ),
    )


def _matched(a: Sequence[float], b: Sequence[float], window: float) -> tuple[tuple[int, int], ...]:
    """As many pairs within `window` as there can be, each beat in one at most: for points on a line, going
    through both lists and taking the first that fits finds them."""
    pairs: list[tuple[int, int]] = []
    at = there = 0
    while at < len(a) and there < len(b):
        if abs(b[there] - a[at]) <= window + _ROUNDING:
            pairs.append((at, there))
            at, there = at + 1, there + 1
        elif a[at] < b[there]:
            at += 1
        else:
            there += 1
    return _nearest(pairs, a, b)


def _nearest(
    pairs: list[tuple[int, int]], a: Sequence[float], b: Sequence[float]
) -> tuple[tuple[int, int], ...]:
    """The same number of pairs, each with the nearer of two beats where the later one is nobody's."""
    nearer: list[tuple[int, int]] = []
    free_a, free_b = len(a), len(b)
    for at, there in reversed(pairs):
        while there + 1 < free_b and abs(b[there + 1] - a[at]) < abs(b[there] - a[at]):
            there += 1
        while at + 1 < free_a and abs(a[at + 1] - b[there]) < abs(a[at] - b[there]):
            at += 1
        nearer.append((at, there))
        free_a, free_b = at, there
    return tuple(reversed(nearer))


def _tempo_ratio(a: Sequence[float], b: Sequence[float]) -> float | None:
    steps = [median([later - earlier for earlier, later in pairwise(each)] or [0.0]) for each in (a, b)]
    return steps[0] / steps[1] if all(steps) else None


def _level(ratio: float | None) -> Level | None:
    if ratio is None:
        return None
    nearest = min(_LEVELS, key=lambda level: abs(ratio / _LEVELS[level] - 1))
    return nearest if abs(ratio / _LEVELS[nearest] - 1) <= TEMPO_TOLERANCE else Level.OTHER


def _stretches(differences: list[tuple[float, int]]) -> tuple[Stretch, ...]:
    """Moments of differences, with what each is, as stretches."""
    groups: list[list[tuple[float, int]]] = []
    for moment, kind in sorted(differences):
        if groups and moment - groups[-1][-1][0] <= GAP:
            groups[-1].append((moment, kind))
        else:
            groups.append([(moment, kind)])
    return tuple(_stretch(group) for group in groups)


def _stretch(group: list[tuple[float, int]]) -> Stretch:
    kinds = [kind for _, kind in group]
    return Stretch(
        start=group[0][0],
        end=group[-1][0],
        only_a=kinds.count(0),
        only_b=kinds.count(1),
        apart=kinds.count(2),
    )
