"""Says in numbers and words how one list of beats differs from another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.results import Marker

# Times that agree in a tenth of a millisecond are the same time.
PER_SECOND = 10_000
# A beat that is further away than this part of the usual step, or than so many seconds, is another one.
_REACH, _FURTHEST = 0.45, 0.5


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Numbers of beats. `marked` kept their time and have another label, strength or downbeat; `shift` is by
    how many seconds all were moved, None where they were not moved alike."""

    moved: int = 0
    added: int = 0
    removed: int = 0
    marked: int = 0
    shift: float | None = None

    def __bool__(self) -> bool:
        return bool(self.moved or self.added or self.removed or self.marked)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What to_json wrote."""
        return cls(**{name: stored[name] for name in cls.__dataclass_fields__ if name in stored})


def ticks(time: float) -> int:
    """The time in tenths of a millisecond."""
    return round(time * PER_SECOND)


def changes_between(before: Sequence[Marker], after: Sequence[Marker]) -> Changes:
    """What leads from one list to the other; both are in order of time."""
    shift = _shift(before, after)
    if shift is not None:
        marked = sum(_said(old) != _said(new) for old, new in zip(before, after, strict=True))
        return Changes(moved=len(after), marked=marked, shift=shift)
    old_by, new_by = ({ticks(each.time): each for each in side} for side in (before, after))
    same = old_by.keys() & new_by.keys()
    old, new = (sorted(side.keys() - same) for side in (old_by, new_by))
    moved = _pairs(old, new, reach=_reach(before))
    return Changes(
        moved=moved,
        added=len(new) - moved,
        removed=len(old) - moved,
        marked=sum(_said(old_by[at]) != _said(new_by[at]) for at in same),
    )


def in_words(changes: Changes) -> str:
    """As "12 moved, 3 added", in the reader's language; "" for none."""
    if changes.shift is not None:
        parts = [_("all moved by %(ms)s ms") % {"ms": f"{1000 * changes.shift:+.0f}".replace("-", "−")}]
    else:
        parts = [ngettext("%d moved", "%d moved", changes.moved) % changes.moved] if changes.moved else []
    if changes.added:
        parts.append(ngettext("%d added", "%d added", changes.added) % changes.added)
    if changes.removed:
        parts.append(ngettext("%d deleted", "%d deleted", changes.removed) % changes.removed)
    if changes.marked:
        parts.append(ngettext("%d marked anew", "%d marked anew", changes.marked) % changes.marked)
    return _(", ").join(parts)


def _said(marker: Marker) -> tuple[Any, ...]:
    return marker.label, marker.strength, marker.downbeat


def _shift(before: Sequence[Marker], after: Sequence[Marker]) -> float | None:
    """By how many seconds all were moved; times are kept to a millionth, so differences may differ by two."""
    if len(before) != len(after) or len(before) < 2:
        return None
    steps = [new.time - old.time for old, new in zip(before, after, strict=True)]
    if max(steps) - min(steps) > 1e-5 or ticks(abs(steps[0])) == 0:
        return None
    return round(steps[0], 6)


def _reach(markers: Sequence[Marker]) -> float:
    steps = [later.time - earlier.time for earlier, later in pairwise(markers)]
    return PER_SECOND * min(_FURTHEST, _REACH * median(steps) if steps else _FURTHEST)


def _pairs(old: list[int], new: list[int], *, reach: float) -> int:
    """How many of the old have a new one of their own within reach, in order."""
    at = there = found = 0
    while at < len(old) and there < len(new):
        if abs(old[at] - new[there]) <= reach:
            at, there, found = at + 1, there + 1, found + 1
        elif old[at] < new[there]:
            at += 1
        else:
            there += 1
    return found
