"""What an answer says of each beat beside its time: strength, label, whether it opens a bar."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from jobs.capabilities.reading import names
from jobs.capabilities.reading.columns import Column
from jobs.capabilities.reading.texts import number
from jobs.results import Marker

_NEAR_SECONDS = 0.05
_LONGEST_BAR = 16
_LONGEST_LABEL = 80

Times = list[tuple[float, int]]


def markers_of(column: Column, times: Times, *, factor: float) -> tuple[Marker, ...]:
    """Markers at `times` (seconds, index into the column). `factor` turns the column's unit into seconds."""
    count = len(column.values)
    strengths = _strengths(column, count)
    labels = _labels(column, count)
    downbeats = _downbeats(column, count)
    late = _times_of_downbeats(column, factor)
    return tuple(
        Marker(
            time=round(time, 6),
            label=labels[at],
            strength=strengths[at],
            downbeat=downbeats[at] or "downbeat" in names.words(labels[at]) or _near(late, time),
        )
        for time, at in times
    )


def _strengths(column: Column, count: int) -> list[float | None]:
    """From 0 to 1; larger scales are divided by their greatest value."""
    for values in _members(column, names.STRENGTHS, count):
        numbers = [number(value) for value in values]
        known = [value for value in numbers if value is not None]
        if known:
            top = max(1.0, max(known))
            return [None if value is None else round(max(0.0, value) / top, 4) for value in numbers]
    return [None] * count


def _labels(column: Column, count: int) -> list[str]:
    for values in _members(column, names.LABELS, count):
        if any(isinstance(value, str) and number(value) is None and value for value in values):
            return [value.strip()[:_LONGEST_LABEL] if isinstance(value, str) else "" for value in values]
    return [""] * count


def _downbeats(column: Column, count: int) -> list[bool]:
    for values in _members(column, names.DOWNBEATS, count):
        if all(_flag(value) is not None for value in values):
            return [bool(_flag(value)) for value in values]
    if column.rows is not None:
        for name in dict.fromkeys(name for row in column.rows[:1] for name in row):
            places = [number(row.get(name)) for row in column.rows]
            if _counts_in_bars(places):
                return [place == 1 for place in places]
    return [False] * count


def _times_of_downbeats(column: Column, factor: float) -> list[float]:
    """A list of its own beside the beats, as times."""
    for name, values in column.beside.items():
        if isinstance(values, list) and set(names.words(str(name))) & names.DOWNBEATS:
            if all(_flag(value) is not None for value in values):
                continue
            numbers = [number(value) for value in values if not isinstance(value, bool)]
            return sorted(value * factor for value in numbers if value is not None)
    return []


def _members(column: Column, wanted: frozenset[str], count: int) -> list[list[Any]]:
    """Values whose name has a wanted word: a member of each row, or a list beside that is as long."""
    if column.rows is not None:
        found = dict.fromkeys(name for row in column.rows[:50] for name in row)
        return [
            [row.get(name) for row in column.rows] for name in found if set(names.words(str(name))) & wanted
        ]
    return [
        values
        for name, values in column.beside.items()
        if isinstance(values, list)
        and len(values) == count
        and values is not column.values
        and set(names.words(str(name))) & wanted
    ]


def _counts_in_bars(places: list[float | None]) -> bool:
    """1 2 3 4 1 2 3 4: small whole numbers that start again at 1 more than once."""
    if len(places) < 3 or any(place is None for place in places):
        return False
    whole = [place for place in places if place is not None]
    if not all(place.is_integer() and 1 <= place <= _LONGEST_BAR for place in whole):
        return False
    steps = zip(whole, whole[1:], strict=False)
    return whole.count(1.0) > 1 and max(whole) > 1 and all(b in (a + 1, 1.0) for a, b in steps)


def _flag(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false", "yes", "no"):
        return value.strip().lower() in ("true", "yes")
    return bool(value) if number(value) in (0.0, 1.0) else None


def _near(times: list[float], time: float) -> bool:
    at = bisect_left(times, time - _NEAR_SECONDS)
    return at < len(times) and times[at] <= time + _NEAR_SECONDS
