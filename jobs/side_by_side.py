"""Two runs on one song beside each other: what was asked for, what was found, and where it differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from jobs.capabilities import all_capabilities
from jobs.models import Job
from jobs.results import Result

Text = str | Promise
NOTHING = "–"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that both runs have or lack, as a person reads it."""

    label: Text
    a: Text
    b: Text

    @property
    def differs(self) -> bool:
        """Whether they are told differently."""
        return str(self.a) != str(self.b)


def hindrance(a: Job, b: Job) -> Text:
    """Why the two cannot be compared, as a sentence; "" when they can."""
    if a.pk == b.pk:
        return _("This is one and the same job. Choose two jobs of one song.")
    if not is_same_song(a, b):
        return _("These are jobs of different songs. Only jobs of one song can be compared.")
    if a.result is None or b.result is None:
        return _("One of the two has no result yet. Compare them once both are completed.")
    return ""


def is_same_song(a: Job, b: Job) -> bool:
    """Whether the portal knows that both are about one file; paths mean something within one account only."""
    if a.account_id != b.account_id or not a.has_source:
        return False
    return (a.source_path, a.source_url) == (b.source_path, b.source_url)


def params(a: Job, b: Job) -> list[Row]:
    """What each was asked for, in the order of the form."""
    known = all_capabilities().get(a.capability)
    fields: Mapping[str, forms.Field] = known.Form.base_fields if known else {}
    names = dict.fromkeys([*fields, *a.params, *b.params])
    return [
        Row(
            label=fields[name].label or name if name in fields else name,
            a=_said(fields.get(name), a.params.get(name)),
            b=_said(fields.get(name), b.params.get(name)),
        )
        for name in names
        if name in a.params or name in b.params
    ]


def facts(a: Result, b: Result) -> list[Row]:
    """What each found; `label` is still to be translated."""
    by_a, by_b = ({fact.key: fact for fact in result.facts} for result in (a, b))
    keys = dict.fromkeys([*by_a, *by_b])
    both = {**by_b, **by_a}
    return [Row(label=both[key].label, a=_plain(by_a.get(key)), b=_plain(by_b.get(key))) for key in keys]


def _plain(fact: Any) -> str:
    return NOTHING if fact is None else str(fact.value)


def _said(field: forms.Field | None, value: Any) -> Text:
    if value in (None, ""):
        return NOTHING
    choices = dict(field.choices) if isinstance(field, forms.ChoiceField) else {}  # type: ignore[arg-type]
    return choices.get(value) or choices.get(str(value)) or str(value)
