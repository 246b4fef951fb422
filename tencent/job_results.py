"""Finds a capability's answer among a job's outputs, in whatever wrapping; which is not published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tencent.parsing import NonsenseError, parse_value


def found_in(outputs: Any, capability: str) -> Any:
    """`smartContentResult.<capability>` of the first output that has one, None otherwise."""
    for result in results_in(outputs):
        for each in result if isinstance(result, list) else [result]:
            if isinstance(each, Mapping) and each.get(capability) is not None:
                return each[capability]
    return None


def results_in(outputs: Any) -> list[Any]:
    """Every smartContentResult: an object (client), or what a text of JSON holds (assumed)."""
    held = [output.get("smartContentResult") for output in outputs if isinstance(output, Mapping)]
    return [_unpacked(result) for result in held if result is not None]


def _unpacked(result: Any) -> Any:
    if not isinstance(result, str):
        return result
    try:
        return parse_value(result)
    except NonsenseError:
        return result
