"""Fields of parameters that say more than Django's: what a choice does, what the ends of a scale mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise

Text = str | Promise


class Enumeration(forms.TypedChoiceField):
    """One of TMP's enumerations, which travel as integers (seed, doc); it may be left out.

    `options` are (number, label, note): the note, "" for none, says what the choice does to the result.
    """

    def __init__(self, *, options: Sequence[tuple[int, Text, Text]], **kwargs: Any) -> None:
        shared = {"coerce": int, "empty_value": None, "required": False, "widget": forms.RadioSelect}
        super().__init__(choices=[(value, label) for value, label, _ in options], **{**shared, **kwargs})
        self.notes = {str(value): note for value, _, note in options}


class Scale(forms.IntegerField):
    """A whole number between two ends; `low` and `high` say in a few words what they mean."""

    def __init__(self, *, low: Text, high: Text, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})
        self.low, self.high = low, high
