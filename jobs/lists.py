"""Reads a pasted list of songs line by line, and says of every wrong line what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.guarding.verdicts import closed_among
from accounts.models import Account
from jobs.sources import SourceRefused, fault_of_closed, fit_place

MOST_TOLD = 20
CLIPPED = 60
# What ends a line in a text field; str.splitlines() knows more, and would count differently.
_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, kw_only=True)
class WrongLine:
    """A line that names no song: its `number` from 1, its text, and why."""

    number: int
    text: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Lines:
    """A list that was read: `places` are paths and addresses in their order, each once; `doubles` are pairs
    of line numbers, of the later and of the first line that name the same song."""

    places: list[str] = field(default_factory=list)
    wrong: list[WrongLine] = field(default_factory=list)
    doubles: list[tuple[int, int]] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """One for each of the first wrong lines, and how many more there are."""
        told = [
            _("Line %(number)s, “%(text)s”: %(why)s")
            % {
                "number": each.number,
                "text": Truncator(each.text).chars(CLIPPED),
                "why": each.sentence,
            }
            for each in self.wrong[:MOST_TOLD]
        ]
        if more := len(self.wrong) - len(told):
            told.append(
                ngettext("%(more)s more line is wrong.", "%(more)s more lines are wrong.", more)
                % {"more": more}
            )
        return told


def read_lines(account: Account, text: str) -> Lines:
    """Every line that is not empty: a path in the account's bucket, or an https address."""
    read, first = Lines(), dict[str, int]()
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if not (line := line.strip()):
            continue
        try:
            place = fit_place(account, line)
        except SourceRefused as error:
            read.wrong.append(WrongLine(number=number, text=line, sentence=str(error.sentence)))
            continue
        if place in first:
            read.doubles.append((number, first[place]))
        else:
            first[place] = number
            read.places.append(place)
    return _without_closed(account, read, first)


def _without_closed(account: Account, read: Lines, numbers: Mapping[str, int]) -> Lines:
    closed = closed_among(account, [place for place in read.places if "://" not in place])
    refused = [
        WrongLine(number=numbers[place], text=place, sentence=str(fault))
        for place in read.places
        if (fault := fault_of_closed(place, closed))
    ]
    if not refused:
        return read
    return replace(
        read,
        places=[place for place in read.places if place not in closed],
        wrong=sorted((*read.wrong, *refused), key=lambda each: each.number),
    )
