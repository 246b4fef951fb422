"""Reads JSON from strangers: refuses what a database, or the next reader, would choke on."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from tencent.scrubbing import clean_json

DEEPEST = 64
# As many as a 63-bit number has, which services use for ids.
LONGEST_INTEGER = 19
# Stands where a character could not be kept.
LOST = "\N{REPLACEMENT CHARACTER}"


class NonsenseError(ValueError):
    """Not a JSON object this portal accepts; `str()` is a machine word."""


def parse_object(text: str) -> dict[str, Any]:
    """The JSON object in `text`, as parse_value; raises NonsenseError for anything else, too."""
    value = parse_value(text)
    if not isinstance(value, dict):
        raise NonsenseError("not_an_object")
    return value


def parse_value(text: str) -> Any:
    """The JSON value in `text`, with LOST where it has NUL and lone surrogates.

    Raises NonsenseError for what is no JSON, for NaN and Infinity, integers of more than 19 digits, floats
    beyond range and nesting deeper than 64.
    """
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_int=_integer, parse_float=_float)
    except RecursionError:
        raise NonsenseError("too_deep") from None
    except NonsenseError:
        raise
    except ValueError:
        raise NonsenseError("not_json") from None
    if _deeper_than(value, DEEPEST):
        raise NonsenseError("too_deep")
    return clean_json(value, LOST)


def _no_constant(_name: str) -> NoReturn:
    raise NonsenseError("not_a_number")


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > LONGEST_INTEGER:
        raise NonsenseError("huge_number")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise NonsenseError("huge_number")
    return value


def _deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [inner for outer in level for inner in _members(outer)]
        if not level:
            return False
    return True


def _members(value: Any) -> list[Any]:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [item for item in items if isinstance(item, dict | list)]
