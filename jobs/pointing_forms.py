"""The form with which a person points at the times of an answer."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from jobs.capabilities.reading.pointing import (
    HIGHEST_RATE,
    LONGEST_PATH,
    LONGEST_STEP,
    LOWEST_RATE,
    UNITS,
    Spot,
)
from jobs.models import Signpost, spot_of


class PointingForm(forms.Form):
    """`member` is JSON of [source, step, step, ...]; `rate` counts for samples and frames only."""

    member = forms.CharField(max_length=10_000, error_messages={"required": _("Choose a member.")})
    unit = forms.ChoiceField(
        label=_("Unit"),
        choices=Signpost.Unit.choices,
        initial=Signpost.Unit.SECONDS,
        widget=forms.RadioSelect,
    )
    rate = forms.FloatField(
        label=_("Samples or frames per second"),
        required=False,
        min_value=LOWEST_RATE,
        max_value=HIGHEST_RATE,
        widget=forms.NumberInput(attrs={"step": "any", "placeholder": "44100"}),
    )

    def clean_member(self) -> tuple[str, tuple[str, ...]]:
        """The source and the steps; whether the answer has them is the reader's to say."""
        try:
            told = json.loads(self.cleaned_data["member"])
        except (ValueError, RecursionError):
            told = None
        if (
            not isinstance(told, list)
            or not 1 <= len(told) <= LONGEST_PATH + 1
            or not all(
                isinstance(step, str) and len(step) <= LONGEST_STEP and "\x00" not in step for step in told
            )
        ):
            raise ValidationError(_("Choose a member."))
        return told[0], tuple(told[1:])

    def clean(self) -> dict[str, Any]:
        """A unit that says nothing by itself needs a rate; others have none."""
        cleaned: dict[str, Any] = super().clean() or {}
        unit = cleaned.get("unit")
        if unit and UNITS[unit] is not None:
            cleaned["rate"] = None
            self.errors.pop("rate", None)
        elif unit and cleaned.get("rate") is None and "rate" not in self.errors:
            self.add_error("rate", _("Say how many make a second."))
        return cleaned

    def spot(self) -> Spot:
        """Of a valid form."""
        source, path = self.cleaned_data["member"]
        return spot_of(source, path, self.cleaned_data["unit"], self.cleaned_data["rate"])
