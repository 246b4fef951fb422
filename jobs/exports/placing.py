"""Makes a result ready to be written: moved, in order, and with labels that no format chokes on."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import replace
from fractions import Fraction

from jobs.results import Marker, Region, Result

# Where timelines end: two digits of hours.
LONGEST_SECONDS = 99 * 3600
LONGEST_LABEL = 200
# Control characters, lone surrogates and code points without a character: XML forbids them, UTF-8 some.
_UNSPEAKABLE = frozenset({"Cc", "Cs", "Cn"})


def placed(result: Result, offset: Fraction = Fraction(0)) -> Result:
    """The result with `offset` seconds added to every time, in the order of time, labels in one line each.

    What comes to lie before the beginning is left out, and a region that reaches over it begins there: beats
    heaped on zero would be beats that nobody heard.
    """
    markers = [
        replace(
            marker,
            time=_moved(marker.time, offset),
            label=plain(marker.label),
            strength=_finite(marker.strength),
        )
        for marker in result.markers
        if _is_inside(marker.time, offset)
    ]
    regions = [
        replace(
            region,
            start=max(0.0, _moved(region.start, offset)),
            end=_moved(region.end, offset),
            label=plain(region.label),
            score=_finite(region.score),
        )
        for region in result.regions
        if _is_inside(region.end, offset) and -LONGEST_SECONDS <= region.start <= region.end
    ]
    markers.sort(key=lambda marker: marker.time)
    regions.sort(key=lambda region: (region.start, region.end))
    return replace(result, markers=tuple(markers), regions=tuple(regions))


def plain(text: str, *, longest: int = LONGEST_LABEL) -> str:
    """The text in one line of at most `longest` characters, without what some format cannot carry."""
    line = re.sub(r"\s+", " ", text)
    return "".join(sign for sign in line if unicodedata.category(sign) not in _UNSPEAKABLE)[:longest].strip()


def caption(marker: Marker, number: int) -> str:
    """What a marker of an editor is called; `number` counts from 1."""
    if marker.label:
        return f"{marker.label} (downbeat)" if marker.downbeat else marker.label
    return f"Downbeat {number}" if marker.downbeat else f"Beat {number}"


def short_caption(marker: Marker, number: int) -> str:
    """The same where many stand close together: downbeats have an asterisk."""
    words = marker.label or str(number)
    return f"{words} *" if marker.downbeat else words


def region_caption(region: Region, number: int) -> str:
    """What a region is called; `number` counts from 1."""
    return region.label or f"Region {number}"


def length_of(result: Result, seconds: float | None, offset: Fraction) -> float:
    """How long a timeline has to be in seconds, at least one: as a song of `seconds` that begins at `offset`
    or, where nobody knows its length, a second longer than what was found."""
    ends = [marker.time for marker in result.markers] + [region.end for region in result.regions]
    if seconds is None:
        ends = [end + 1.0 for end in ends]
    else:
        ends.append(_moved(seconds, offset))
    return max(1.0, *ends) if ends else 1.0


def _moved(time: float, offset: Fraction) -> float:
    return float(Fraction(time) + offset)


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def _is_inside(time: float, offset: Fraction) -> bool:
    # Not a number compares as false.
    return abs(time) < 2 * LONGEST_SECONDS and 0 <= Fraction(time) + offset <= LONGEST_SECONDS
