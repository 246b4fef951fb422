"""A parameter says what it does, which value is its default, and whether it was changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django import forms
from django.utils import translation

from jobs.capabilities import all_capabilities, capability
from jobs.capabilities.fields import Enumeration, Scale
from jobs.parameters import Parameter, advanced_of, defaults_of, explained


class Everything(forms.Form):
    few = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], initial="a")
    many = forms.ChoiceField(choices=[(str(number), str(number)) for number in range(9)], required=False)
    told = Enumeration(options=[(1, "One", "the first"), (2, "Two", "")], initial=2)
    level = Scale(low="soft", high="loud", min_value=1, max_value=6, initial=3)
    wide = forms.IntegerField(min_value=1, max_value=1000, required=False)
    fine = forms.FloatField(min_value=0, max_value=1, step_size=0.1, initial=0.5)
    several = forms.MultipleChoiceField(choices=[("x", "X"), ("y", "Y")], required=False)
    on = forms.BooleanField(required=False)


def parameter(name: str, **data: Any) -> Parameter:
    form = Everything(data) if data else Everything()
    return explained(form, [name])[0]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("few", "segments"),
        ("many", "plain"),
        ("told", "cards"),
        ("level", "range"),
        ("wide", "plain"),
        ("fine", "range"),
        ("several", "plain"),
        ("on", "plain"),
    ],
)
def test_every_kind_of_field_has_a_fitting_look(name: str, kind: str) -> None:
    assert parameter(name).kind == kind


def test_the_default_is_marked_and_a_value_that_differs_is_seen() -> None:
    as_it_is = parameter("told")
    assert not as_it_is.is_changed
    assert [option.is_default for option in as_it_is.options] == [False, True, False]
    changed = parameter("told", told="1")
    assert changed.is_changed
    assert [option.is_chosen for option in changed.options] == [True, False, False]
    assert (changed.default, changed.default_json) == ("Two", '["2"]')


def test_what_may_be_left_out_can_be_left_out_again() -> None:
    left_out = parameter("told", told="")
    assert left_out.options[-1].value == ""
    assert left_out.options[-1].is_chosen
    assert left_out.is_changed
    assert "" not in [option.value for option in parameter("few").options]


def test_a_number_that_is_typed_as_text_is_no_change() -> None:
    assert not parameter("level", level="3").is_changed
    assert parameter("level", level="5").slider == "5"
    assert parameter("level", level="").slider == "3"


def test_an_order_of_ticks_is_no_change() -> None:
    form = Everything({"several": ["y", "x"]})
    assert not explained(form, ["several"], {"several": ["x", "y"]})[0].is_changed


@pytest.mark.parametrize("key", list(all_capabilities()))
def test_the_defaults_of_every_capability_are_no_changes(key: str) -> None:
    known = capability(key)
    form = known.Form(initial=defaults_of(known))
    assert not any(each.is_changed for each in explained(form, known.Form.base_fields))
    assert set(advanced_of(known)) <= set(known.Form.base_fields)
    json.dumps(defaults_of(known))


def test_what_is_assumed_of_musicbeat_is_called_so() -> None:
    field = capability("musicBeat").Form.base_fields["outputType"]
    assert isinstance(field, Enumeration)
    with translation.override("en"):
        assumed = {value for value, note in field.notes.items() if "Assumed" in str(note)}
    assert assumed == {"1", "2", "4"}
