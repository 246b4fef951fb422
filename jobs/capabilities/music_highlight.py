"""musicHighlight: where the choruses of a song are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from jobs.capabilities.base import Capability, OpenFile
from jobs.capabilities.reading import names
from jobs.capabilities.reading.columns import columns_in
from jobs.capabilities.reading.files import files_in
from jobs.capabilities.reading.texts import number
from jobs.results import Fact, Region, Result

# SwitchOption (doc: music-highlight): 1 is off, and nobody asks for that.
ON = 2
STARTS, ENDS = frozenset({"start", "begin", "from"}), frozenset({"end", "stop", "to"})
MOST_REGIONS = 1000
# In seconds.
LONGEST_SONG, LONGEST_CHORUS = 24 * 3600.0, 600.0

Stretch = tuple[float, float, float | None]


class MusicHighlightForm(forms.Form):
    """There is nothing to set: the value itself is a switch (doc)."""


class MusicHighlight(Capability):
    """Reads objects with a start and an end, as the lab's own site does (client: lab-site), wherever they
    stand in the answer."""

    key = "musicHighlight"
    title = _("Chorus detection")
    summary = _("Finds every chorus of a song.")
    Form = MusicHighlightForm
    writes_files = False

    def descriptor(self, params: Mapping[str, Any]) -> int:
        """The bare number that the page asks for."""
        return ON

    def read(self, found: Any, open_file: OpenFile, *, seconds: float | None) -> Result:
        """Choruses in order of time; note `no_times` when the answer says something else than "none"."""
        values, files = files_in(found)
        regions = max((_regions(rows, seconds) for rows in _tables(values)), key=len, default=())
        if found is None:
            return Result(files=files, note="no_answer")
        note = "" if regions or found == [] else "no_times"
        count = Fact(key="regions", label=gettext_noop("Choruses"), value=len(regions))
        return Result(facts=() if note else (count,), regions=regions, files=files, values=values, note=note)


def _tables(values: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Every list of objects that have a start, and the answer itself where it is one such object."""
    for column in columns_in([values]):
        if column.rows and STARTS & set(names.words(column.path[-1])):
            yield column.rows


def _regions(rows: list[dict[str, Any]], seconds: float | None) -> tuple[Region, ...]:
    """What has a start before its end, and begins within the song."""
    told = [row for row in map(_stretch, rows[:MOST_REGIONS]) if row is not None]
    limit = seconds * 1.05 + 1 if seconds else LONGEST_SONG
    factor = _factor(rows[0], told, limit)
    found = {
        Region(start=round(start * factor, 6), end=round(end * factor, 6), score=score)
        for start, end, score in told
        if start * factor <= limit
    }
    return tuple(sorted(found, key=lambda each: (each.start, each.end)))


def _factor(row: dict[str, Any], told: list[Stretch], limit: float) -> float:
    """1 for seconds, 0.001 for milliseconds: by name, by the end of the song, by what no chorus lasts."""
    if any(names.MILLISECONDS & set(names.words(str(name))) for name in row):
        return 0.001
    odd = sum(end > limit or end - start > LONGEST_CHORUS for start, end, _score in told)
    return 0.001 if odd * 2 > len(told) else 1.0


def _stretch(row: dict[str, Any]) -> Stretch | None:
    """Start, end and score of one object; None for one that has no start, or no end after it."""
    start, end, score = (_member(row, wanted) for wanted in (STARTS, ENDS, names.STRENGTHS))
    return (start, end, score) if start is not None and end is not None and 0 <= start < end else None


def _member(row: dict[str, Any], wanted: frozenset[str]) -> float | None:
    """The number under the first name that has one of the words; numbers in texts count (client)."""
    numbers = (number(value) for name, value in row.items() if wanted & set(names.words(str(name))))
    return next((value for value in numbers if value is not None), None)
