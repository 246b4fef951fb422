"""What a person, or a link, may say about an export's times; what makes no sense is answered in words."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jobs.exports import all_exports
from jobs.exports.timing import DEFAULT_RATE, RATES, FrameRate, Timing

# TMP's answer as it came, beside the formats.
ANSWER = "answer"
# What a batch's zip has when nothing is said.
USUAL_FORMATS = ("csv", "json", ANSWER)
MOST_OFFSET_SECONDS = 24 * 3600
_TIMECODE = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[:;.](\d{1,2}))?")
_OFFSET = re.compile(r"[+-]?(?:\d{1,6}(?:\.\d{0,9})?|\.\d{1,9})")
# How editors and their files write the same rates.
_OTHER_NAMES = {"23.98": "23.976", "24000/1001": "23.976", "30000/1001": "29.97", "60000/1001": "59.94"}


class ExportForm(forms.Form):
    """`fps`, `start` and `offset` of an export; each may be left out."""

    fps = forms.CharField(label=_("Frame rate"), required=False, max_length=20)
    start = forms.CharField(label=_("Start timecode"), required=False, max_length=20)
    offset = forms.CharField(label=_("Offset in seconds"), required=False, max_length=20)

    def clean_fps(self) -> FrameRate:
        """The frame rate, the default when nothing is said."""
        said = folded(self.cleaned_data["fps"]).lower().replace(" ", "").removesuffix("fps")
        if not said:
            return DEFAULT_RATE
        drop = said.endswith("df") and not said.endswith("ndf")
        name = said.removesuffix("df").removesuffix("n").replace(",", ".")
        name = name.rstrip("0").rstrip(".") if "." in name else name
        rate = RATES.get(_OTHER_NAMES.get(name, name) + ("df" if drop else ""))
        if rate is None:
            raise forms.ValidationError(
                _("Choose one of these: %(rates)s."), params={"rates": ", ".join(map(str, RATES.values()))}
            )
        return rate

    def clean_offset(self) -> Fraction:
        """Seconds to add to every time."""
        said = folded(self.cleaned_data["offset"]).replace(",", ".").replace("−", "-")
        if not said:
            return Fraction(0)
        if not _OFFSET.fullmatch(said):
            raise forms.ValidationError(_("Write the offset in seconds, for example 0.5 or -1.25."))
        offset = Fraction(Decimal(said))
        if abs(offset) > MOST_OFFSET_SECONDS:
            raise forms.ValidationError(_("The offset may be at most 24 hours (86400 seconds) either way."))
        return offset

    def clean(self) -> dict[str, Any]:
        """The start, which only makes sense at a frame rate; "" where nothing is said."""
        values = super().clean() or {}
        said = folded(values.get("start", ""))
        rate = values.get("fps")
        if said and rate:
            try:
                values["start"] = _timecode(said, rate)
            except forms.ValidationError as fault:
                self.add_error("start", fault)
        return values

    def timing(self, default_start: str) -> Timing:
        """What was said, of a form that is valid; `default_start` where no start was."""
        said = self.cleaned_data
        return Timing(rate=said["fps"], start=said["start"] or default_start, offset=said["offset"])


class BatchExportForm(ExportForm):
    """The same for every song of a batch, and which formats: keys of jobs.exports, and ANSWER."""

    format = forms.MultipleChoiceField(
        label=_("Formats"),
        required=False,
        choices=lambda: [(key, key) for key in (*all_exports(), ANSWER)],
        error_messages={"invalid_choice": _("There is no format “%(value)s”.")},
    )

    def clean_format(self) -> list[str]:
        """The keys in the order of the page; the usual ones when nothing is said."""
        said = self.cleaned_data["format"] or USUAL_FORMATS
        return [key for key in (*all_exports(), ANSWER) if key in said]


def folded(text: str) -> str:
    """As typed with a Latin keyboard: wide digits and colons become narrow ones."""
    return unicodedata.normalize("NFKC", text).strip()


def _timecode(said: str, rate: FrameRate) -> str:
    match = _TIMECODE.fullmatch(said)
    if not match:
        raise forms.ValidationError(
            _("Write the start timecode as hours:minutes:seconds:frames, for example 01:00:00:00.")
        )
    hours, minutes, seconds, frames = (int(part or 0) for part in match.groups())
    if hours > 23 or minutes > 59 or seconds > 59:
        raise forms.ValidationError(
            _("A start timecode lies before 24:00:00:00; minutes and seconds end at 59.")
        )
    if frames >= rate.nominal:
        raise forms.ValidationError(
            _("At %(rate)s frames a second, frames count from 00 to %(last)s."),
            params={"rate": str(rate), "last": rate.nominal - 1},
        )
    if frames < rate.skipped and seconds == 0 and minutes % 10:
        raise forms.ValidationError(
            _("Drop-frame timecode has no such frame: this minute begins with frame %(first)s."),
            params={"first": f"{rate.skipped:02}"},
        )
    return f"{hours:02}:{minutes:02}:{seconds:02}:{frames:02}"
