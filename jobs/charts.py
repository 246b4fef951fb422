"""Turns numbers into bars: places in a drawing of WIDTH by HEIGHT that a page stretches to its width."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

WIDTH, HEIGHT = 1000.0, 100.0
# Of the room of a day; the rest is the gap to the next one.
THICKNESS = 0.72


# Parts of one bar, from the bottom: what each shows, and how much.
Stack = Sequence[tuple[str, float]]


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One rectangle; `kind` says what it shows, and so its colour."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Column:
    """All of one day: its bars, the room around them, and what a pointer over it is told."""

    bars: Sequence[Bar]
    x: float
    width: float
    title: str | Promise


def columns(days: Sequence[Stack], titles: Sequence[str], *, top: float) -> list[Column]:
    """One column for each day, its parts stacked from the bottom; a value of `top` fills the height."""
    room = WIDTH / max(len(days), 1)
    made = []
    for number, (values, title) in enumerate(zip(days, titles, strict=True)):
        x, bars, level = number * room, [], 0.0
        for kind, value in values:
            if value <= 0:
                continue
            height = HEIGHT * value / top
            level += height
            left = x + room * (1 - THICKNESS) / 2
            bars.append(Bar(kind=kind, x=left, y=HEIGHT - level, width=room * THICKNESS, height=height))
        made.append(Column(bars=bars, x=x, width=room, title=title))
    return made


_STEPS = (1, 2, 3, 4, 5, 6, 8, 10)


def round_top(value: float) -> float:
    """The end of an axis for values up to this: few digits that say something, and a whole number."""
    if value <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(float(step * power) for step in _STEPS if step * power >= value)


# Ends of an axis of seconds that read well as minutes and hours.
_CLOCK = tuple(
    number * unit
    for unit, numbers in (
        (1, (1, 2, 5, 10, 20, 30)),
        (60, (1, 2, 3, 5, 8, 10, 15, 20, 30)),
        (3600, (1, 2, 4, 8, 12, 24)),
    )
    for number in numbers
)


def round_clock(seconds: float) -> float:
    """The same for lengths of time; whole days after a day."""
    return next((float(each) for each in _CLOCK if each >= seconds), math.ceil(seconds / 86400) * 86400.0)
