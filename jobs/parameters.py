"""Turns the fields of any form into parameters that explain themselves: choices, default, what changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jobs.capabilities.base import Capability

Text = str | Promise
Kind = Literal["cards", "segments", "range", "plain"]
# Beyond that, a list to choose from and a field to type in are easier to handle.
MOST_OPTIONS = 5
MOST_STEPS = 50


@dataclass(frozen=True, kw_only=True)
class Option:
    """One choice, its value as a form sends it; the one that leaves the parameter out has the value ""."""

    value: str
    label: Text
    note: Text
    is_default: bool
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A field as a person meets it. `default` is what the reset button puts back, as text for people;
    `default_json` the same as a list of the strings that a form sends."""

    field: BoundField
    kind: Kind
    options: list[Option]
    default: Text
    default_json: str
    is_changed: bool
    low: Text = ""
    high: Text = ""
    slider: str = ""

    @property
    def anchor(self) -> str:
        """The id of what a link to this parameter leads to."""
        return f"{self.field.auto_id}_0" if self.options else str(self.field.auto_id)


def explained(
    form: forms.BaseForm, names: Iterable[str], defaults: Mapping[str, Any] | None = None
) -> list[Parameter]:
    """The parameters of these names; `defaults` stand in for the fields' own initial values."""
    return [_explained(form[name], {**_initial(form), **(defaults or {})}.get(name)) for name in names]


def defaults_of(capability: Capability) -> dict[str, Any]:
    """What is sent when a person changes nothing, by field; the folder is the capability's own."""
    return {
        **{name: field.initial for name, field in capability.Form.base_fields.items()},
        "label": "",
        "destination": f"/output/{capability.key}",
        "output_prefix": "",
        "timeout": None,
    }


def advanced_of(capability: Capability) -> list[str]:
    """Names of the parameters that few people need: what the form's `advanced` says."""
    return [name for name in getattr(capability.Form, "advanced", ()) if name in capability.Form.base_fields]


def as_sent(value: Any) -> list[str]:
    """A value as the strings that a browser sends for it; none for nothing."""
    if value is None or value == "" or value is False:
        return []
    if isinstance(value, list | tuple):
        return sorted(str(each) for each in value)
    return [str(value)]


def _initial(form: forms.BaseForm) -> dict[str, Any]:
    return {name: field.initial for name, field in form.fields.items()}


def _explained(field: BoundField, default: Any) -> Parameter:
    sent, usual = as_sent(field.value()), as_sent(default)
    options = _options(field, sent, usual)
    named = {option.value: option.label for option in options}
    slider = "" if options else _slider_value(field.field, sent, usual)
    return Parameter(
        field=field,
        kind=_kind(options, slider),
        options=options,
        default=named.get(usual[0], usual[0]) if usual else "",
        default_json=json.dumps(usual),
        is_changed=sent != usual,
        low=getattr(field.field, "low", ""),
        high=getattr(field.field, "high", ""),
        slider=slider,
    )


def _kind(options: list[Option], slider: str) -> Kind:
    if options:
        return "cards" if any(option.note for option in options if option.value) else "segments"
    return "range" if slider else "plain"


def _options(field: BoundField, sent: list[str], usual: list[str]) -> list[Option]:
    """The choices of a field that takes one of a few; none for any other."""
    known = field.field
    if not isinstance(known, forms.ChoiceField) or isinstance(known, forms.MultipleChoiceField):
        return []
    listed: list[tuple[Any, Any]] = list(cast(Iterable[tuple[Any, Any]], known.choices))
    choices = [(str(value), label) for value, label in listed if value not in (None, "")]
    if any(isinstance(label, list | tuple) for _value, label in choices):
        return []
    if not 0 < len(choices) <= MOST_OPTIONS:
        return []
    notes: Mapping[str, Text] = getattr(known, "notes", {})
    told = [(value, label, notes.get(value, "")) for value, label in choices]
    if not known.required:
        told.append(("", _("Leave it to TMP"), _("Nothing is sent, and TMP takes its own default.")))
    return [
        Option(
            value=value,
            label=label,
            note=note,
            is_default=as_sent(value) == usual,
            is_chosen=as_sent(value) == sent,
        )
        for value, label, note in told
    ]


def _slider_value(field: forms.Field, sent: list[str], usual: list[str]) -> str:
    """Where the slider of a number between two ends stands; "" for what has none."""
    if not isinstance(field, forms.IntegerField) or field.min_value is None or field.max_value is None:
        return ""
    if isinstance(field, forms.FloatField) and not field.step_size:
        return ""
    least, most, step = (
        cast(float, each) for each in (field.min_value, field.max_value, field.step_size or 1)
    )
    return "" if (most - least) / step > MOST_STEPS else (sent or usual or [str(least)])[0]
