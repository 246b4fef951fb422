"""Chooses, among all numbers of an answer, the times of beats; Tencent publishes no form for them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from jobs.capabilities.reading import names
from jobs.capabilities.reading.columns import Column, columns_in
from jobs.capabilities.reading.marks import markers_of
from jobs.capabilities.reading.texts import number
from jobs.results import Marker

LONGEST_SONG = 24 * 3600.0
MOST_MARKERS = 50_000
# Median seconds between beats that no music leaves.
_SHORTEST_INTERVAL, _LONGEST_INTERVAL = 0.02, 20.0


@dataclass(frozen=True, kw_only=True)
class Found:
    """Markers in seconds, in order of time, and how sure the reader is of them (above zero)."""

    markers: tuple[Marker, ...]
    score: float


@dataclass(frozen=True, kw_only=True)
class _Judged:
    column: Column
    # (seconds, index into the column's values), sorted, without doubles
    times: list[tuple[float, int]]
    factor: float
    score: float


def find_times(value: Any, *, seconds: float | None, hint: str = "") -> Found | None:
    """The best candidate in a JSON value, or None. `seconds` is the song's length, `hint` what holds it."""
    judged = (_judge(column, seconds) for column in columns_in(value, hint=hint))
    best = max(
        (each for each in judged if each and each.score > 0), key=lambda each: each.score, default=None
    )
    if best is None:
        return None
    return Found(markers=markers_of(best.column, best.times, factor=best.factor), score=best.score)


def _judge(column: Column, seconds: float | None) -> _Judged | None:
    numbers = [(number(value), at) for at, value in enumerate(column.values[:MOST_MARKERS])]
    good = [(value, at) for value, at in numbers if value is not None and value >= 0]
    if not good or len(good) < 0.7 * len(numbers):
        return None
    by_name = names.weight(column.path)
    factor = _factor([value for value, _ in good], column.path, seconds)
    limit = seconds * 1.05 + 1 if seconds else LONGEST_SONG
    times = [(value * factor, at) for value, at in good if value * factor <= limit]
    if len(times) < 0.7 * len(good) or not _ascends([time for time, _ in times]):
        return None
    times = distinct(sorted(times))
    if len(times) < (1 if by_name >= 4 else 2):
        return None
    score = by_name + _by_numbers([time for time, _ in times], factor=factor)
    return _Judged(column=column, times=times, factor=factor, score=score)


def _factor(values: list[float], path: tuple[str, ...], seconds: float | None) -> float:
    """1 for seconds, 0.001 for milliseconds: by name, by the song's length, by what intervals are music."""
    if set(names.words(path[-1] if path else "")) & names.MILLISECONDS:
        return 0.001
    if seconds and sum(value > seconds * 1.05 + 1 for value in values) > 0.3 * len(values):
        return 0.001
    steps = [later - earlier for earlier, later in pairwise(values) if later > earlier]
    typical = median(steps) if steps else 0.0
    if typical > _LONGEST_INTERVAL and (len(values) > 3 or typical > 60):
        return 0.001
    return 1.0


def _by_numbers(times: list[float], *, factor: float) -> float:
    """What the numbers themselves say for and against being beats."""
    steps = [later - earlier for earlier, later in pairwise(times)]
    score = min(math.log2(len(times)), 8) / 2
    if not steps:
        return score
    if not _SHORTEST_INTERVAL <= median(steps) <= _LONGEST_INTERVAL:
        score -= 6
    if factor == 1.0 and all(step == 1.0 for step in steps) and times[0] in (0.0, 1.0):
        score -= 5  # counts rows, most likely
    if any(not time.is_integer() for time in times):
        score += 0.5
    return score


def _ascends(times: list[float]) -> bool:
    falls = sum(later < earlier for earlier, later in pairwise(times))
    return falls <= 0.1 * len(times)


def distinct(times: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """Sorted times (seconds, index) without those within half a millisecond of the one before."""
    kept: list[tuple[float, int]] = []
    for time, at in times:
        if not kept or time - kept[-1][0] > 0.0005:
            kept.append((time, at))
    return kept
