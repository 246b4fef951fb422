"""The page of a new job's form, and the part of it that is about settings: what both are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Account, Upload
from accounts.policy import allow_bucket
from jobs import job_settings
from jobs.capabilities import all_capabilities
from jobs.capabilities.base import Capability
from jobs.forms import JobForm
from jobs.models import Preset
from jobs.parameters import Parameter, advanced_of, defaults_of, explained
from jobs.sentences import explain_no_callback
from jobs.views.access import paused_account, stopped_accounts
from jobs.views.request_code import panel


@dataclass(frozen=True, kw_only=True)
class Note:
    """A sentence that the page says of what was just done, or of where its values come from."""

    text: str
    tone: str = "info"
    title: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake in the form and where it is: an id of the page."""

    anchor: str
    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class FormPage:
    """A form in one state. `settings` has the fields of jobs.forms.SettingsForm: `form` itself, or a form of
    its own while songs are not judged. `typed` are texts beside the form that must not get lost, by name;
    `wrong` says what is wrong with them; `elsewhere` is the capability that imported settings are for."""

    capability: Capability
    account: Account
    accounts: list[Account]
    form: JobForm
    params: forms.Form
    settings: forms.BaseForm
    notes: tuple[Note, ...] = ()
    typed: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    elsewhere: Capability | None = None

    def values(self) -> dict[str, Any]:
        """What the form says now, by field of its settings."""
        return {
            **{name: self.params[name].value() for name in self.params.fields},
            **{name: self.settings[name].value() for name in job_settings.OWN},
        }


def whole(request: HttpRequest, page: FormPage, *, http_state: int = 200) -> HttpResponse:
    """The whole page."""
    context = {
        **_settings(request, page),
        **panel(page.capability, page.form, page.params, page.settings),
        "capabilities": list(all_capabilities().values()),
        "accounts": page.accounts,
        "form": page.form,
        "unfinished": Upload.objects.for_user(request.user).filter(account=page.account).unfinished(),
        "stopped": stopped_accounts(request.user).filter(pk=page.account.pk),
        "paused": paused_account(request.user, page.account),
        "no_callback": explain_no_callback(),
        "problems": list(_problems(page)),
    }
    answer = render(request, "jobs/job_create.html", context, status=http_state)
    return allow_bucket(answer, page.account)


def part(request: HttpRequest, page: FormPage) -> HttpResponse:
    """Only the settings, for htmx; whoever shows the request learns that they changed."""
    answer = render(request, "jobs/_job_settings.html", _settings(request, page))
    answer["HX-Trigger-After-Settle"] = "job-settings"
    return answer


def _settings(request: HttpRequest, page: FormPage) -> dict[str, Any]:
    capability = page.capability
    defaults, values = defaults_of(capability), page.values()
    hidden = advanced_of(capability)
    advanced = explained(page.params, hidden)
    own = explained(page.settings, job_settings.own_names(capability), defaults)
    mine = Preset.objects.for_user(request.user)
    last = mine.last_used(capability.key)
    return {
        "capability": capability,
        "account": page.account,
        "params": page.params,
        "parameters": explained(page.params, [name for name in page.params.fields if name not in hidden]),
        "advanced": advanced,
        "advanced_is_open": _is_open(advanced),
        "own": own,
        "own_is_open": _is_open(own),
        "presets": [
            {"row": row, "is_current": _holds(capability, row, values)} for row in mine.named(capability.key)
        ],
        "last": last,
        "last_is_current": last is not None and _holds(capability, last, values),
        "defaults_are_current": job_settings.is_same(capability, defaults, values),
        "notes": page.notes,
        "typed": page.typed,
        "wrong": page.wrong,
        "elsewhere": page.elsewhere,
    }


def _holds(capability: Capability, preset: Preset, values: dict[str, Any]) -> bool:
    return job_settings.is_same(capability, job_settings.values_of(preset.settings), values)


def _is_open(parameters: list[Parameter]) -> bool:
    """What differs or is wrong is not hidden."""
    return any(each.is_changed or each.field.errors for each in parameters)


def _problems(page: FormPage) -> Iterator[Problem]:
    """The first mistake of every field, in the order of the page."""
    own = job_settings.OWN
    parts = (
        (page.form, [name for name in page.form.errors if name not in own]),
        (page.params, list(page.params.errors)),
        (page.settings, [name for name in page.settings.errors if name in own]),
    )
    for form, names in parts:
        for name in names:
            # A pasted list may have many; all of them stand at the field.
            yield _problem(form, name, str(form.errors[name][0]))


def _problem(form: forms.BaseForm, name: str, text: str) -> Problem:
    if name not in form.fields:
        return Problem(anchor="job-form", label="", text=text)
    bound = form[name]
    if isinstance(form, JobForm) and name not in job_settings.OWN:
        return Problem(anchor="songs", label=str(bound.label), text=text)
    return Problem(anchor=explained(form, [name])[0].anchor, label=str(bound.label), text=text)
