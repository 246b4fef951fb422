"""What every capability has to keep: a new one is one file, and this tells whether it is whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django import forms
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.capabilities import CAPABILITIES, Capability, all_capabilities, capability
from jobs.results import Result

EVERY = pytest.mark.parametrize("key", list(all_capabilities()))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def initial_params(each: Capability) -> dict[str, Any]:
    """What is sent when a person changes nothing."""
    form = each.Form(data={name: field.initial for name, field in each.Form.base_fields.items()})
    assert form.is_valid(), form.errors
    params: dict[str, Any] = json.loads(json.dumps(form.cleaned_data))
    return params


def test_the_list_names_each_capability_once() -> None:
    assert len(all_capabilities()) == len(CAPABILITIES) == len(set(CAPABILITIES))
    assert all(key == each.key for key, each in all_capabilities().items())


def test_an_unknown_capability_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        capability("musicMagic")


@EVERY
def test_it_has_a_name_and_says_what_it_does(key: str) -> None:
    each = capability(key)
    assert key.isidentifier()
    assert len(key) <= 40
    with translation.override("en"):
        assert str(each.title)
        assert str(each.summary).endswith(".")


@EVERY
def test_every_parameter_explains_itself(key: str) -> None:
    for name, field in capability(key).Form.base_fields.items():
        assert field.label, name
        assert field.help_text, name


@EVERY
def test_the_form_is_valid_as_it_stands_and_when_it_is_empty_where_it_may_be(key: str) -> None:
    each = capability(key)
    initial_params(each)
    empty = each.Form(data={})
    required = {name for name, field in each.Form.base_fields.items() if field.required}
    assert set(empty.errors) == required


@EVERY
def test_params_and_descriptor_are_json_and_numbers_stay_numbers(key: str) -> None:
    each = capability(key)
    params = initial_params(each)
    sent = each.descriptor(params)
    assert sent == json.loads(json.dumps(sent))
    if isinstance(sent, dict):
        numeric = (forms.IntegerField, forms.TypedChoiceField)
        for name, value in sent.items():
            assert value not in (None, "")
            if isinstance(each.Form.base_fields.get(name), numeric):
                assert type(value) in (int, float)


@EVERY
@settings(max_examples=60, deadline=None)
@given(found=ANYTHING, content=st.binary(max_size=60))
def test_reading_never_fails_whatever_tmp_answers(key: str, found: Any, content: bytes) -> None:
    result = capability(key).read(found, lambda name: content, seconds=None)
    assert isinstance(result, Result)
    json.dumps(result.to_json())


@EVERY
@pytest.mark.parametrize("error", [FileNotFoundError("x"), ValueError("x")])
def test_reading_survives_files_that_cannot_be_had(key: str, error: Exception) -> None:
    def open_file(name: str) -> bytes:
        raise error

    result = capability(key).read({"aFileName": "a.json", "b": [{"cName": "c"}]}, open_file, seconds=10.0)
    assert {file.path for file in result.files} == {"a.json", "c"}


@EVERY
def test_no_answer_is_said(key: str) -> None:
    result = capability(key).read(None, lambda name: b"", seconds=None)
    assert result.note == "no_answer"
