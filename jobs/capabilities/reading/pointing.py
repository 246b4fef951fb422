"""Reads the times at the member of an answer that a person pointed at, and lists what one can point at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from jobs.capabilities.base import OpenFile
from jobs.capabilities.reading.columns import Column, end_to_end, list_in
from jobs.capabilities.reading.facts import BEAT_FACTS, facts_of
from jobs.capabilities.reading.files import files_in
from jobs.capabilities.reading.marks import markers_of
from jobs.capabilities.reading.tempo import tempo_in
from jobs.capabilities.reading.texts import number, parse
from jobs.capabilities.reading.times import LONGEST_SONG, MOST_MARKERS, distinct
from jobs.results import Marker, Result

# How many make a second; those of None take the number that the person typed.
UNITS: Mapping[str, float | None] = {"s": 1.0, "ms": 1e3, "us": 1e6, "samples": None, "frames": None}
LOWEST_RATE, HIGHEST_RATE = 1.0, 10_000_000.0
LONGEST_PATH = 40
LONGEST_STEP = 200
# As many are listed, of so many looked at; of a list of objects so many rows tell the names.
MOST_MEMBERS = 200
_MOST_NODES = 20_000
_MOST_NAMES = 60
_LOOKED_AT = 50
_SHOWN = 4
# No song has one beat.
_FEWEST = 2
_WIDEST_RECORD = 4
# Steps of a path: a member is its name with a dot in front. These are every element of a list, or of an
# object that is a list in disguise; and the names themselves of an object whose names are numbers.
EACH, NAMES = "*", "{}"


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where the times lie: in the answer (`source` "") or in the file that the member `source` names, at
    `path`, with `per_second` units to a second."""

    source: str
    path: tuple[str, ...]
    per_second: float

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The spot that was sent to a reader."""
        return cls(source=told["source"], path=tuple(told["path"]), per_second=told["per_second"])


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A member that holds numbers: how many, the first few, the least and the greatest of them."""

    source: str
    path: tuple[str, ...]
    count: int
    first: tuple[float, ...]
    least: float
    greatest: float

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The member that a reader listed."""
        return cls(**{**told, "path": tuple(told["path"]), "first": tuple(told["first"])})


def with_spot(
    result: Result, found: Any, open_file: OpenFile, spot: Spot, *, seconds: float | None
) -> Result:
    """The same result with the times of the spot, as it is where the spot holds none.

    `seconds` is the song's length, None where unknown.
    """
    told = _told(found, open_file, spot.source)
    columns = [column for value in told if (column := column_at(value, spot.path)) is not None]
    markers = max((_markers(column, spot.per_second, seconds) for column in columns), key=len, default=())
    if len(markers) < _FEWEST:
        return result
    tempo = next(filter(None, map(tempo_in, [result.values, *told])), None)
    others = tuple(fact for fact in result.facts if fact.key not in BEAT_FACTS)
    facts = (*facts_of(markers, tempo), *others)
    return replace(result, facts=facts, markers=markers, note="", is_pointed=True)


def members_of(found: Any, open_file: OpenFile) -> list[Listed]:
    """Members with numbers, of the answer first, then of the files that it names."""
    _, files = files_in(found)
    sources = ["", *dict.fromkeys(file.name for file in files if file.kind != "audio")]
    listed = (
        _listed(source, column)
        for source in sources
        for value in _told(found, open_file, source)[:1]
        for column in columns_of(value)
    )
    kept = []
    for each in listed:
        if each is not None:
            kept.append(each)
        if len(kept) == MOST_MEMBERS:
            break
    return kept


def column_at(value: Any, path: tuple[str, ...]) -> Column | None:
    """The numbers at `path`, None when there is nothing like it."""
    group: list[Any] = [value]
    rows: list[dict[str, Any]] | None = None
    for step in path[:LONGEST_PATH]:
        group, rows = _step(group, step)
        if not group:
            return None
    return _numbers(path, group, rows)


def columns_of(value: Any) -> Iterator[Column]:
    """Every group of numbers with the path that column_at takes, outer ones first."""
    waiting: list[tuple[tuple[str, ...], list[Any], list[dict[str, Any]] | None]] = [((), [value], None)]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        path, group, rows = waiting.pop(0)
        column = _numbers(path, group, rows)
        if column is not None:
            yield column
        if len(path) < LONGEST_PATH:
            waiting += [((*path, step), *_step(group, step)) for step in _steps(group)]


def _told(found: Any, open_file: OpenFile, source: str) -> list[Any]:
    """What the source holds: the answer, or each file that its member names and that can be read."""
    if not source:
        return [found]
    told = []
    for file in files_in(found)[1]:
        if file.name == source and file.kind != "audio":
            try:
                told.append(parse(open_file(file.path)))
            except (FileNotFoundError, ValueError):
                continue
    return told


def _steps(group: list[Any]) -> list[str]:
    """The ways on from some values, each of which leads to something."""
    unfolded = [_unfolded(value) for value in group[:_LOOKED_AT]]
    objects = [value for value in unfolded if isinstance(value, dict)]
    lists = [value for value in unfolded if isinstance(value, list)]
    names = list(dict.fromkeys(str(name) for value in objects for name in value))
    steps = []
    if any(len(value) > 2 and all(number(name) is not None for name in value) for value in objects):
        steps.append(NAMES)
    if any(_is_list_in_disguise(value) for value in objects):
        steps.append(EACH)
    elif len(names) <= _MOST_NAMES:
        steps += [f".{name}" for name in names if len(name) <= LONGEST_STEP]
    width = _record_width(lists)
    steps += [f"#{at}" for at in range(width)]
    if lists:
        steps.append(EACH)
    return list(dict.fromkeys(steps))


def _step(group: list[Any], step: str) -> tuple[list[Any], list[dict[str, Any]] | None]:
    """What `step` leads to from some values, and the objects it was taken from, one each."""
    unfolded = [_unfolded(value) for value in group]
    objects = [value for value in unfolded if isinstance(value, dict)]
    lists = [value for value in unfolded if isinstance(value, list)]
    if step == NAMES:
        pairs = [(name, {"value": inner}) for value in objects for name, inner in value.items()]
        return [name for name, _ in pairs], [row for _, row in pairs]
    if step == EACH:
        inner = end_to_end(lists) + end_to_end([list(value.values()) for value in objects])
        return inner[: 2 * MOST_MARKERS], None
    if step.startswith("#") and step[1:].isdecimal() and len(step) < 4:
        at = int(step[1:])
        held = [value for value in lists if at < len(value)]
        return [value[at] for value in held], [_as_object(value) for value in held]
    holders = [value for value in objects if step[1:] in value] if step.startswith(".") else []
    return [value[step[1:]] for value in holders], holders


def _record_width(lists: list[list[Any]]) -> int:
    """How many cells rows such as [time, strength] have; 0 for lists that are no rows."""
    if len(lists) < 2 or any(isinstance(cell, list | dict) for row in lists for cell in row[:_WIDEST_RECORD]):
        return 0
    widest = max(len(row) for row in lists)
    return widest if 0 < widest <= _WIDEST_RECORD else 0


def _as_object(row: list[Any]) -> dict[str, Any]:
    return {f"#{at}": cell for at, cell in enumerate(row[:_WIDEST_RECORD])}


def _is_list_in_disguise(value: dict[str, Any]) -> bool:
    """Numbered rows: more objects than anybody gives names to, or names that are numbers."""
    if len(value) < 3 or not all(isinstance(inner, dict) for inner in value.values()):
        return False
    return len(value) > _MOST_NAMES or all(number(name) is not None for name in value)


def _unfolded(value: Any) -> Any:
    """A text that holds a list or JSON, as what it holds."""
    return list_in(value) if isinstance(value, str) else value


def _numbers(path: tuple[str, ...], group: list[Any], rows: list[dict[str, Any]] | None) -> Column | None:
    """The column of those values that are numbers."""
    kept = [at for at, value in enumerate(group[:MOST_MARKERS]) if number(value) is not None]
    if not kept:
        return None
    return Column(
        path=path,
        values=[group[at] for at in kept],
        rows=[rows[at] for at in kept] if rows is not None else None,
    )


def _markers(column: Column, per_second: float, seconds: float | None) -> tuple[Marker, ...]:
    limit = seconds * 1.05 + 1 if seconds else LONGEST_SONG
    numbers = [(number(value), at) for at, value in enumerate(column.values)]
    times = [(value / per_second, at) for value, at in numbers if value is not None]
    fitting = [(time, at) for time, at in times if 0 <= time <= limit]
    return markers_of(column, distinct(sorted(fitting)), factor=1 / per_second)


def _listed(source: str, column: Column) -> Listed | None:
    """None for too few numbers."""
    numbers = [value for value in map(number, column.values) if value is not None]
    if len(numbers) < _FEWEST:
        return None
    return Listed(
        source=source,
        path=column.path,
        count=len(numbers),
        first=tuple(numbers[:_SHOWN]),
        least=min(numbers),
        greatest=max(numbers),
    )
