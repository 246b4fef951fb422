"""What a person, or a link, may say about a cut list, and in which words it is told why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from jobs.cuts.planning import (
    MOST_BEATS,
    MOST_SHOTS,
    By,
    NoCutsError,
    Prefer,
    TooFewBeatsError,
    TooManyBeatsError,
    Wish,
)
from jobs.export_form import ExportForm, folded

# Where new timelines of most editors begin, and EDLs with them.
START = "01:00:00:00"
MOST_SIZES = 8
LONGEST_SHOT = 3600
_BETWEEN = re.compile(r"[\s,;/、，；]+")
_NUMBER = re.compile(r"\d{1,5}(?:\.\d{1,3})?")
_MOMENT = re.compile(r"(?:(?:(\d{1,2}):)?(\d{1,4}):)?(\d{1,6}(?:\.\d{0,6})?)")

WAYS = {
    By.BARS: _("Shots of … bars"),
    By.BEATS: _("Shots of … beats"),
    By.SECONDS: _("Shots of … seconds"),
    By.COUNT: _("… shots"),
}
PREFERENCES = {
    Prefer.ANY: _("Any beat"),
    Prefer.DOWNBEATS: _("Downbeats, where they fit"),
    Prefer.STRONG: _("Strong beats, where they fit"),
}
# What a link means that says no number.
USUAL = {By.BARS: "1", By.BEATS: "4", By.SECONDS: "2", By.COUNT: "8"}


def _line(**attributes: str | Promise) -> forms.TextInput:
    """A field for numbers, which no browser fills in."""
    return forms.TextInput(attrs={"class": "mono", "autocomplete": "off", **attributes})


class CutForm(ExportForm):
    """`by` and `n` say how to cut, `begin` and `end` where in the song, `prefer` on which beats.

    The query comes from `said_or_usual`; everything else may be left out, as may the times of an export.
    """

    by = forms.ChoiceField(
        label=_("Cut into"),
        required=False,
        choices=list(WAYS.items()),
        error_messages={"invalid_choice": _("Choose one of the ways that are listed.")},
    )
    n = forms.CharField(label=_("How many"), required=False, max_length=100, widget=_line())
    prefer = forms.ChoiceField(
        label=_("Cut on"),
        required=False,
        choices=list(PREFERENCES.items()),
        error_messages={"invalid_choice": _("Choose one of the ways that are listed.")},
    )
    begin = forms.CharField(
        label=_("From"), required=False, max_length=20, widget=_line(placeholder=_("first beat"))
    )
    end = forms.CharField(
        label=_("To"), required=False, max_length=20, widget=_line(placeholder=_("last beat"))
    )

    field_order = ("by", "n", "prefer", "begin", "end", "fps", "start", "offset")

    def clean_by(self) -> By:
        """The way to cut."""
        return By(self.cleaned_data["by"])

    def clean_n(self) -> tuple[float, ...]:
        """The numbers, which count what `by` says."""
        by = self.cleaned_data.get("by")
        said = folded(self.cleaned_data["n"])
        if by is None:
            return ()
        parts = [part for part in _BETWEEN.split(said) if part]
        if by == By.COUNT:
            return (_whole(parts, most=MOST_SHOTS),)
        if not parts or len(parts) > MOST_SIZES or not all(map(_NUMBER.fullmatch, parts)):
            raise forms.ValidationError(
                _("Write one length, or up to %(most)s that take turns, for example 4 or 4 4 2 2."),
                params={"most": MOST_SIZES},
            )
        return tuple(_size(part, by) for part in parts)

    def clean_prefer(self) -> Prefer:
        """Which beats are preferred."""
        return Prefer(self.cleaned_data["prefer"] or Prefer.ANY)

    def clean_begin(self) -> Fraction | None:
        """Seconds of the song; None for its beginning."""
        return _moment(self.cleaned_data["begin"])

    def clean_end(self) -> Fraction | None:
        """Seconds of the song; None for its end."""
        return _moment(self.cleaned_data["end"])

    def clean(self) -> dict[str, Any]:
        """A stretch of the song has a length."""
        values = super().clean()
        begin, end = values.get("begin"), values.get("end")
        if end is not None and end <= (begin or 0):
            self.add_error("end", _("The end comes after the beginning."))
        return values

    @property
    def wish(self) -> Wish:
        """What was said, of a form that is valid."""
        said = self.cleaned_data
        return Wish(by=said["by"], sizes=said["n"], prefer=said["prefer"])

    def refuse(self, why: NoCutsError) -> None:
        """Say beside the field that has to change why there is no cut list."""
        field = "by" if isinstance(why, TooFewBeatsError) and why.of_bars else "n"
        self.add_error("end" if isinstance(why, TooManyBeatsError) else field, _sentence(why))


def said_or_usual(query: Mapping[str, str], *, has_bars: bool) -> dict[str, str]:
    """What a query says; one that says no way to cut means bars or, without any, every fourth beat."""
    by = query.get("by") or (By.BARS if has_bars else By.BEATS)
    usual = USUAL[By(by)] if by in USUAL else ""
    return {**dict(query.items()), "by": by, "n": query.get("n") or usual}


def _sentence(why: NoCutsError) -> str:
    if isinstance(why, TooManyBeatsError):
        return gettext("More than %(most)s beats lie here. Choose a shorter stretch of the song.") % {
            "most": MOST_BEATS
        }
    if not isinstance(why, TooFewBeatsError):
        return gettext("A cut list (CMX3600) has at most %(most)s shots. Wish for longer ones.") % {
            "most": MOST_SHOTS
        }
    if why.of_bars:
        words = ngettext(
            "%(beats)s downbeat lies here: too few for one such shot. Count beats or seconds instead.",
            "%(beats)s downbeats lie here: too few for one such shot. Count beats or seconds instead.",
            why.beats,
        )
    elif why.most:
        words = ngettext(
            "%(beats)s beats lie here: enough for %(most)s shot, not for more.",
            "%(beats)s beats lie here: enough for %(most)s shots, not for more.",
            why.most,
        )
    else:
        words = ngettext(
            "%(beats)s beat lies here: too few for one such shot.",
            "%(beats)s beats lie here: too few for one such shot.",
            why.beats,
        )
    return words % {"beats": why.beats, "most": why.most}


def _whole(parts: Iterable[str], *, most: int) -> int:
    said = list(parts)
    if len(said) != 1 or not said[0].isdecimal() or not 1 <= int(said[0]) <= most:
        raise forms.ValidationError(
            _("Write how many shots you want, from 1 to %(most)s."), params={"most": most}
        )
    return int(said[0])


def _size(part: str, by: By) -> float:
    size = float(part)
    if by == By.SECONDS and not 0.04 <= size <= LONGEST_SHOT:
        raise forms.ValidationError(
            _("A shot lasts from 0.04 to %(most)s seconds."), params={"most": LONGEST_SHOT}
        )
    if by != By.SECONDS and (size < 1 or size != int(size)):
        raise forms.ValidationError(_("Beats and bars are counted in whole numbers from 1."))
    return size


def _moment(text: str) -> Fraction | None:
    said = folded(text)
    if not said:
        return None
    match = _MOMENT.fullmatch(said)
    if not match:
        raise forms.ValidationError(_("Write a moment of the song, for example 1:30 or 90.5."))
    hours, minutes, seconds = (Fraction(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
