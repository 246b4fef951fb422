"""A second thing that TMP can do, for tests of pages that must not know how many there are."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms

from jobs.capabilities import all_capabilities
from jobs.capabilities.base import Capability
from jobs.results import Result


class VolumeForm(forms.Form):
    volume = forms.IntegerField(label="Volume", help_text="How loud.", min_value=1, max_value=9, initial=5)


class Second(Capability):
    key = "second"
    title = "Second thing"
    summary = "Does something else."
    Form = VolumeForm

    def read(self, found: Any, open_file: Any, *, seconds: float | None) -> Result:
        return Result()


class Bare(Second):
    """One whose value is a bare number, as those that TMP only switches on."""

    Form = forms.Form

    def descriptor(self, params: Any) -> int:
        return 2


def add_second(monkeypatch: pytest.MonkeyPatch, *, with_params: bool = True) -> Capability:
    """Let the portal know it until the test ends."""
    second = Second() if with_params else Bare()
    # The dictionary is made once for the whole process.
    monkeypatch.setitem(all_capabilities(), "second", second)
    return second
