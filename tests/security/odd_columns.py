"""Columns that somebody may send along with a form, and what rows say whichever random values they got."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.security.odd_values import ID, odd_value
from tests.security.rows import Rows, columns_of

# Made at random for every row.
_RANDOM = re.compile(
    r"\b[0-9a-z]{32}(?:[0-9a-f]{32})?\b|md5\$\S+|v1:\w+:[\w+/=]+|\b(?!0dd0)[0-9a-f]{8}(?:-[0-9a-f]{4,12}){4}\b"
)
_MINUTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
_YEAR = 2000


def odd_columns(rows: Rows, before: Rows) -> dict[str, str]:
    """Every column of these rows by both of its names, with a value that it does not have."""
    foreign = dict(before)
    more: dict[str, str] = {}
    for (table, _key), values in rows.items():
        for field in columns_of(table):
            value = odd_value(field, values[field.attname], foreign)
            more |= {name: value for name in (field.name, field.attname) if name not in more}
    return more


def told_of(rows: Rows, before: Rows) -> Counter[tuple[str, bool, str, str]]:
    """The values of all columns, but for what is another one each time."""
    told = Counter[tuple[str, bool, str, str]]()
    for key, values in rows.items():
        is_new = key not in before
        told.update((key[0], is_new, name, _steady(value, is_new)) for name, value in values.items())
    return told


def _steady(value: Any, is_new: bool) -> str:
    if isinstance(value, datetime) and value.year > _YEAR:
        return "a moment"
    if isinstance(value, UUID):
        return "an id" if is_new and str(value) != ID else str(value)
    return _RANDOM.sub("at random", _MINUTE.sub("a moment", repr(value)))
