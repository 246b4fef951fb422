"""Lists every row of numbers in a JSON value, however deep and in whatever shape it lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from jobs.capabilities.reading.names import without_groups
from jobs.capabilities.reading.texts import number, parse

_DEEPEST = 40
_MOST_NODES = 100_000
_LONGEST_TEXT = 1_000_000
_LOOKED_AT = 50
# Longer arrays are groups of times rather than records such as [time, strength, label].
_WIDEST_RECORD = 4


@dataclass(frozen=True, kw_only=True)
class Column:
    """Values that stand in a row: `path` of member names, `rows` the objects they came from (None for a bare
    list), `beside` the members of the object around the list."""

    path: tuple[str, ...]
    values: list[Any]
    rows: list[dict[str, Any]] | None = None
    beside: dict[str, Any] = field(default_factory=dict)


def columns_in(value: Any, *, hint: str = "") -> Iterator[Column]:
    """Every candidate; `hint` is what the whole is called."""
    waiting: list[tuple[tuple[str, ...], Any, dict[str, Any], int]] = [((hint,), value, {}, 0)]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        path, item, beside, depth = waiting.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(item, str):
            item = list_in(item)
        if isinstance(item, dict):
            yield from _of_object(path, item)
            waiting += [((*path, str(name)), inner, item, depth + 1) for name, inner in item.items()]
        elif isinstance(item, list):
            yield from _of_list(path, item, beside)
            waiting += [(path, inner, {}, depth + 1) for inner in item if isinstance(inner, dict | list)]


def _of_object(path: tuple[str, ...], item: dict[str, Any]) -> Iterator[Column]:
    """Objects that are lists in disguise: numbered rows, or times as member names."""
    rows = [row for row in item.values() if isinstance(row, dict)]
    if len(rows) > 2 and len(rows) == len(item):
        yield from _of_rows(path, rows)
    if len(item) > 2 and all(number(name) is not None for name in item):
        held = [{"value": inner} for inner in item.values()]
        yield Column(path=(*path, ""), values=list(item), rows=held)
        yield Column(path=path, values=list(item.values()), rows=held)


def _of_list(path: tuple[str, ...], item: list[Any], beside: dict[str, Any]) -> Iterator[Column]:
    objects = [row for row in item if isinstance(row, dict)]
    arrays = [row for row in item if isinstance(row, list)]
    if objects and len(objects) * 2 >= len(item):
        yield from _of_rows(path, objects)
    elif arrays and len(arrays) * 2 >= len(item):
        yield from _of_rows(path, [{f"#{at}": cell for at, cell in enumerate(row[:16])} for row in arrays])
        if max(map(len, arrays)) > _WIDEST_RECORD:
            yield Column(path=path, values=end_to_end(arrays))
        elif _runs_on(arrays):
            yield Column(path=(*path[:-1], without_groups(path[-1])), values=end_to_end(arrays))
    elif item:
        yield Column(path=path, values=item, beside=beside)


def _of_rows(path: tuple[str, ...], rows: list[dict[str, Any]]) -> Iterator[Column]:
    names = dict.fromkeys(name for row in rows[:_LOOKED_AT] for name in row)
    for name in names:
        holders = [row for row in rows if name in row]
        # A nameless column says no more than the list around it.
        inner = path if str(name).startswith("#") else (*path, str(name))
        values = [row[name] for row in holders]
        yield Column(path=inner, values=values, rows=holders)
        if all(isinstance(value, list) for value in values):
            yield Column(path=inner, values=end_to_end(values))


def _runs_on(groups: list[list[Any]]) -> bool:
    """Whether short groups, such as the beats of bars, make one ascending row; records of three members or
    more do not, and two may be a start and an end."""
    numbers = [number(value) for value in end_to_end(groups)]
    told = [value for value in numbers if value is not None]
    is_long = max(map(len, groups)) > 2 and len(told) == len(numbers)
    return is_long and all(earlier < later for earlier, later in pairwise(told))


def end_to_end(groups: list[list[Any]]) -> list[Any]:
    """One list of the elements of all."""
    return [item for group in groups for item in group]


def list_in(text: str) -> Any:
    """What a text holds that is a list, `"0.5,1.0,1.5"`, or JSON inside JSON; None for any other."""
    if len(text) > _LONGEST_TEXT or not any(mark in text for mark in "[{,;\n\t "):
        return None
    return _numbers(text) or (parse(text.encode("utf-8", "replace")) if text.lstrip()[:1] in "[{" else None)


def _numbers(text: str) -> list[str] | None:
    parts = text.replace(",", " ").replace(";", " ").split()
    return parts if len(parts) > 2 and all(number(part) is not None for part in parts) else None
