"""Reads a data file of unknown form: JSON, JSON lines, a table, or one number per line."""

from __future__ import annotations

import csv
import json
import math
import re
from typing import Any

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d+)?)")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_MOST_LINES = 200_000


def parse(content: bytes) -> Any:
    """A JSON value. A table with a header becomes objects; without one arrays, or texts for one column."""
    text = _decoded(content).strip()
    for read in (_json, _json_lines):
        value = read(text)
        if value is not None:
            return value
    return table(text)


def number(value: Any) -> float | None:
    """A finite number from a number, a numeric text (`"0.5"`, `"0.5s"`) or a clock (`"1:02.5"`), or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _finite(value)
    if not isinstance(value, str) or len(value) > 40:
        return None
    text = value.strip()
    for unit in ("seconds", "sec", "s"):
        text = text.removesuffix(unit).rstrip()
    if _NUMBER.fullmatch(text):
        return _finite(text)
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes, rest = clock.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))
    return None


def table(text: str) -> list[Any]:
    """Rows of a text with one record per line."""
    lines = [line for line in text.splitlines()[:_MOST_LINES] if line.strip() and not line.startswith("#")]
    delimiter = _delimiter(lines)
    rows = [_cells(line, delimiter) for line in lines]
    if not rows:
        return []
    if len(rows) > 1 and _is_header(rows[0]) and any(number(cell) is not None for cell in rows[1]):
        header = rows[0]
        return [dict(zip(header, row, strict=False)) for row in rows[1:]]
    return [row[0] if len(row) == 1 else row for row in rows if row]


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")


def _json(text: str) -> Any:
    if not text.startswith(("{", "[", '"')):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _json_lines(text: str) -> Any:
    lines = text.splitlines()[:_MOST_LINES]
    if len(lines) < 2:
        return None
    values = [_json(line.strip()) for line in lines if line.strip()]
    return values if values and all(isinstance(value, dict | list) for value in values) else None


def _delimiter(lines: list[str]) -> str | None:
    """The separator that most of the first lines hold; None for white space."""
    for candidate in ("\t", ";", ","):
        if sum(candidate in line for line in lines[:20]) > len(lines[:20]) / 2:
            return candidate
    return None


def _cells(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return line.split()
    try:
        cells = next(csv.reader([line.replace("\x00", "")], delimiter=delimiter), [])
    except csv.Error:
        cells = line.split(delimiter)
    return [cell.strip() for cell in cells]


def _is_header(row: list[str]) -> bool:
    return any(cell for cell in row) and all(number(cell) is None for cell in row)


def _finite(value: int | float | str) -> float | None:
    try:
        found = float(value)
    except (OverflowError, ValueError):
        return None
    return found if math.isfinite(found) else None
