"""The tempo of a song: what the answer says, or what its beats show."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import Any

from jobs.capabilities.reading import names
from jobs.capabilities.reading.texts import number
from jobs.results import Marker

_SLOWEST, _FASTEST = 20.0, 400.0
_MOST_NODES = 20_000


def tempo_in(value: Any) -> float | None:
    """The first plausible member called bpm or tempo, in beats per minute."""
    waiting = [value]
    for _ in range(_MOST_NODES):
        if not waiting:
            return None
        item = waiting.pop(0)
        if isinstance(item, dict):
            for name, inner in item.items():
                told = number(inner) if {"bpm", "tempo"} & set(names.words(str(name))) else None
                if told is not None and _SLOWEST <= told <= _FASTEST:
                    return round(told, 2)
            waiting += [inner for inner in item.values() if isinstance(inner, dict | list)]
        elif isinstance(item, list):
            waiting += [inner for inner in item[:_MOST_NODES] if isinstance(inner, dict | list)]
    return None


def tempo_of(markers: tuple[Marker, ...]) -> float | None:
    """Beats per minute by the median interval; None for fewer than four beats or an implausible pace."""
    steps = [later.time - earlier.time for earlier, later in pairwise(markers)]
    if len(steps) < 3 or median(steps) <= 0:
        return None
    told = 60.0 / median(steps)
    return round(told, 1) if _SLOWEST <= told <= _FASTEST else None
