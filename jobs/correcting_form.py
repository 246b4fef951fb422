"""Beats as lines of text: how a person without scripts corrects them, and how the editor sends them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from jobs.capabilities.reading.times import MOST_MARKERS
from jobs.models.correction import LONGEST_NOTE
from jobs.results import Marker

# So many lines are told what is wrong with them.
_MOST_FAULTS = 5
_TIME = re.compile(r"(?:(\d{1,4}):)?(?:(\d{1,4}):)?(\d{1,9}(?:\.\d{0,12})?|\.\d{1,12})")
_NUMBER = re.compile(r"\d(?:\.\d{0,12})?|\.\d{1,12}")
_SAID = {"": False, "0": False, "no": False, "false": False, "-": False}
_SAID |= dict.fromkeys(("*", "1", "x", "yes", "true", "downbeat", "重拍"), True)


class CorrectionForm(forms.Form):
    """`beats` has a line for each beat: time, downbeat, strength, label, all but the time optional. `base` is
    the number of the newest step that the person knows."""

    base = forms.IntegerField(min_value=0, max_value=10**8, widget=forms.HiddenInput)
    beats = forms.CharField(
        label=_("Beats"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false", "class": "mono", "wrap": "off"}),
        error_messages={"required": _("A version needs at least one beat.")},
    )
    note = forms.CharField(
        label=_("What you changed, and why"), required=False, max_length=LONGEST_NOTE, empty_value=""
    )

    def clean_beats(self) -> tuple[Marker, ...]:
        """The markers in the order of the lines; empty lines are passed over."""
        lines = [
            (number, line)
            for number, line in enumerate(self.cleaned_data["beats"].splitlines(), start=1)
            if line.strip()
        ]
        if len(lines) > MOST_MARKERS:
            raise ValidationError(
                _("A version holds at most %(most)s beats; these are %(count)s."),
                params={"most": MOST_MARKERS, "count": len(lines)},
            )
        markers, faults = [], []
        for number, line in lines:
            try:
                markers.append(_marker(line))
            except ValueError:
                faults.append(_fault(number, line))
            if len(faults) == _MOST_FAULTS:
                break
        if faults:
            raise ValidationError(faults)
        return tuple(markers)


def lines_of(markers: Iterable[Marker]) -> str:
    """The text that CorrectionForm reads as these markers."""
    return "".join(f"{_line(each)}\n" for each in markers)


def _line(marker: Marker) -> str:
    strength = "" if marker.strength is None else f"{marker.strength:.4f}"
    parts = [f"{marker.time:.6f}", "*" if marker.downbeat else "", strength, " ".join(marker.label.split())]
    return ", ".join(parts).rstrip(", ")


def _marker(line: str) -> Marker:
    """Raises ValueError."""
    if "\t" in line:
        parts = [part.strip() for part in line.split("\t", 3)]
    else:
        parts = [part.strip() for part in re.split("[,，;；]", line, maxsplit=3)]
    time, downbeat, strength, label = (*parts, "", "", "")[:4]
    said = unicodedata.normalize("NFKC", downbeat).lower()
    if said not in _SAID:
        raise ValueError(line)
    return Marker(time=_seconds(time), downbeat=_SAID[said], strength=_strength(strength), label=label)


def _seconds(text: str) -> float:
    found = _TIME.fullmatch(unicodedata.normalize("NFKC", text))
    if not found:
        raise ValueError(text)
    first, second, seconds = found.groups()
    minutes = 60 * int(first) + int(second) if second else int(first or 0)
    return 60 * minutes + float(seconds)


def _strength(text: str) -> float | None:
    if text and not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return float(text) if text else None


def _fault(number: int, line: str) -> ValidationError:
    shown = line.strip()
    shown = shown if len(shown) <= 40 else f"{shown[:39]}…"
    return ValidationError(
        _("Line %(number)s cannot be read: “%(line)s”. Write the time first, as 12.5 or 0:12.5."),
        params={"number": number, "line": shown},
    )
