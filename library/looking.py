"""Looks into the files of a listing for keys, a few at a time, so that a page need not wait for it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.clients import bucket_for
from accounts.guarding.places import places_with_keys
from accounts.guarding.verdicts import judge
from accounts.managing.demo import is_below
from accounts.models import Account, Verdict
from library.listing import Item
from library.paths import UnfitPath, normalise
from library.trouble import TROUBLE

# Files, and seconds, of one call.
MOST_AT_ONCE = 25
SECONDS = 4.0
MOST_ASKED = 250
# Their contents are sniffed when they are given out; nobody writes keys into a file that bears such a name.
_NO_TEXT = ("audio", "video", "picture")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A line of a listing by its number there, and its path."""

    number: int
    path: str

    def __str__(self) -> str:
        return f"{self.number}:{self.path}"

    @classmethod
    def read(cls, texts: Iterable[str]) -> list[Wanted]:
        """What str() made; anything else is left out."""
        read = []
        for text in list(texts)[:MOST_ASKED]:
            number, _, path = text.partition(":")
            try:
                if number.isdecimal() and len(number) < 5:
                    read.append(cls(number=int(number), path=normalise(path)))
            except UnfitPath:
                continue
        return read


@dataclass(kw_only=True)
class Found:
    """`marks`: number of a line and what it holds, for those that are closed; `rest`: still to be done."""

    marks: list[tuple[int, str]] = field(default_factory=list)
    rest: list[Wanted] = field(default_factory=list)


def wanted(items: Iterable[Item]) -> list[Wanted]:
    """The lines of which nothing is known yet, but for those that are no text by their names."""
    return [
        Wanted(number=number, path=item.path)
        for number, item in enumerate(items)
        if not item.holds and item.is_fit and item.kind not in _NO_TEXT
    ]


def look(account: Account, asked: list[Wanted]) -> Found:
    """Judge the first of them. A file that cannot be judged has no mark; whoever asks for it learns why."""
    found, began = Found(), time.monotonic()
    guarded = places_with_keys(account)
    try:
        bucket = bucket_for(account)
    except TROUBLE:
        return found
    for place, each in enumerate(asked):
        if place >= MOST_AT_ONCE or time.monotonic() - began > SECONDS:
            found.rest = asked[place:]
            break
        try:
            is_demo = is_below(each.path, guarded)
            holds = Verdict.Holds.KEYS if is_demo else judge(account, bucket, each.path, "").holds
        except TROUBLE:
            continue
        if holds in Verdict.CLOSED:
            found.marks.append((each.number, holds))
    return found
