"""What a person does with the settings of a half-filled form; nothing typed or uploaded gets lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import FileField
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import Account
from jobs import job_settings, presets
from jobs.bucket_files import lately_used
from jobs.capabilities import all_capabilities
from jobs.capabilities.base import Capability
from jobs.forms import JobForm, SettingsForm
from jobs.models import Preset
from jobs.parameters import defaults_of
from jobs.views import importing
from jobs.views.access import accounts_to_send_with, capability_or_404, chosen_account, unusable
from jobs.views.form_page import FormPage, Note, part, whole
from jobs.views.uploading import keep_songs
from tencent.scrubbing import Scrubber

CREATE = "create"


@dataclass(kw_only=True)
class Step:
    """One thing done with the settings. `values`, where there are any, take the place of those in the form;
    `is_plain` when they need not be judged yet."""

    request: HttpRequest
    data: QueryDict
    capability: Capability
    preset: Preset | None = None
    values: dict[str, Any] | None = None
    is_plain: bool = False
    notes: list[Note] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    elsewhere: Capability | None = None

    def own_preset(self) -> Preset:
        """The person's preset that the button names."""
        assert self.preset is not None
        return self.preset


@never_cache
@require_POST
def job_settings_step(request: HttpRequest, capability: str) -> HttpResponse:
    """The form again, or for htmx its settings, after what the pressed button says was done."""
    known, accounts = capability_or_404(capability), accounts_to_send_with(request.user)
    account = chosen_account(request, request.POST.get("account"), accounts)
    assert account is not None
    if not account.is_usable:
        return unusable(request, account)
    return take(request, known, account=account, accounts=accounts)


@never_cache
@require_POST
def settings_file(request: HttpRequest, capability: str) -> HttpResponse:
    """The settings of the form as a file; what the form would refuse is in it as it was typed."""
    known = capability_or_404(capability)
    chosen_account(request, request.POST.get("account"), [])
    values = _checked_where_fit(known, request.POST)
    return HttpResponse(
        job_settings.as_file(known, values),
        content_type="application/json",
        headers={"Content-Disposition": content_disposition_header(True, f"{known.key}-settings.json") or ""},
    )


def intent_of(data: QueryDict, user: Any) -> str:
    """What the pressed button says, CREATE for none.

    Enter in any field presses the first button of the form, and who typed the name of a preset surely did
    not mean to send a job.
    """
    if said := data.get("intent"):
        return said
    if data.get("preset_name", "").strip():
        return "save"
    if data.get("settings_text", "").strip():
        return "import"
    typed = {name.removeprefix("preset_name_"): name for name in data if name.startswith("preset_name_")}
    for row in Preset.objects.for_user(user).filter(pk__in=[key for key in typed if key.isdecimal()]):
        if str(data[typed[str(row.pk)]]).strip() != row.name:
            return f"rename:{row.pk}"
    return CREATE


def take(
    request: HttpRequest, capability: Capability, *, account: Account, accounts: list[Account]
) -> HttpResponse:
    """Do what the button says, and show the form again."""
    data, refusals = keep_songs(request, account)
    intent, _colon, key = intent_of(data, request.user).partition(":")
    if intent not in _STEPS:
        raise Http404
    step = Step(request=request, data=data, capability=capability)
    if key or intent in _WITH_PRESET:
        rows = Preset.objects.for_user(request.user).named(capability.key)
        step.preset = get_object_or_404(rows, pk=int(key) if key.isdecimal() and len(key) < 18 else 0)
    _STEPS[intent](step)
    page = _page(step, account, accounts, refusals)
    return part(request, page) if request.htmx else whole(request, page)  # type: ignore[attr-defined]


def _page(step: Step, account: Account, accounts: list[Account], refusals: list[str]) -> FormPage:
    values = job_settings.typed_in(step.data, step.capability) if step.values is None else step.values
    data, initial = (None, values) if step.is_plain else (values, None)
    songs = {
        name: each.widget.value_from_datadict(step.data, {}, name)
        for name, each in JobForm.base_fields.items()
        if not isinstance(each, FileField)
    }
    return FormPage(
        capability=step.capability,
        account=account,
        accounts=accounts,
        form=JobForm(initial=songs, account=account, songs=lately_used(account)),
        params=step.capability.Form(data, initial=initial),
        settings=SettingsForm(data, initial=initial),
        notes=(*step.notes, *(Note(tone="error", text=each) for each in refusals)),
        typed=_beside(step),
        wrong=step.wrong,
        elsewhere=step.elsewhere,
    )


def _beside(step: Step) -> dict[str, str]:
    """What was typed beside the form and is not done with; a pasted text without the keys in it."""
    names = [name for name in step.data if name.startswith("preset_name") and name not in step.done]
    typed = {name: str(step.data[name]) for name in names}
    if "settings_text" not in step.done:
        typed["settings_text"] = Scrubber()(
            str(step.data.get("settings_text", "")), limit=job_settings.MOST_CHARACTERS
        )
    return typed


def _use(step: Step) -> None:
    preset = step.own_preset()
    step.values = job_settings.values_of(preset.settings)
    step.notes.append(Note(text=_("Filled in from “%(name)s”.") % {"name": preset.name}))


def _use_last(step: Step) -> None:
    last = Preset.objects.for_user(step.request.user).last_used(step.capability.key)
    if last is not None:
        step.values = job_settings.values_of(last.settings)
        step.notes.append(Note(text=_("Filled in as you sent it last time.")))


def _use_defaults(step: Step) -> None:
    step.values, step.is_plain = defaults_of(step.capability), True
    step.notes.append(Note(text=_("Everything is at its default again.")))


def _go(step: Step) -> None:
    """The person changed to another capability: its own defaults, and what both have in common as typed."""
    typed = job_settings.typed_in(step.data, step.capability)
    own = {name: typed[name] for name in job_settings.OWN}
    if own["destination"] in {f"/output/{key}" for key in all_capabilities()}:
        del own["destination"]
    step.values, step.is_plain = {**defaults_of(step.capability), **own}, True


def _save(step: Step) -> None:
    name = step.data.get("preset_name", "")
    if (settings := _fit_settings(step, "preset_name")) is None:
        return
    try:
        preset = presets.save(step.request.user, step.capability.key, name, settings)
    except ValidationError as error:
        step.wrong["preset_name"] = error.messages[0]
        return
    step.done.add("preset_name")
    _said(step, _("“%(name)s” is saved."), preset.name)


def _update(step: Step) -> None:
    preset = step.own_preset()
    if (settings := _fit_settings(step, f"preset_name_{preset.pk}")) is not None:
        presets.update(preset, settings)
        _said(step, _("“%(name)s” holds these settings now."), preset.name)


def _rename(step: Step) -> None:
    preset = step.own_preset()
    field_name = f"preset_name_{preset.pk}"
    try:
        name = presets.rename(preset, step.data.get(field_name, ""))
    except ValidationError as error:
        step.wrong[field_name] = error.messages[0]
        return
    step.done.add(field_name)
    _said(step, _("The preset is called “%(name)s” now."), name)


def _delete(step: Step) -> None:
    preset = step.own_preset()
    preset.delete()
    _said(step, _("“%(name)s” is deleted. The form keeps its settings."), preset.name)


def _default(step: Step) -> None:
    presets.make_default(step.own_preset(), on=True)
    _said(step, _("New forms begin with “%(name)s”."), step.own_preset().name)


def _no_default(step: Step) -> None:
    presets.make_default(step.own_preset(), on=False)
    step.notes.append(Note(tone="success", text=_("New forms begin with the defaults.")))


def _import(step: Step) -> None:
    brought = importing.bring(step.request, step.data, step.capability)
    step.notes += brought.notes
    step.elsewhere = brought.elsewhere
    if brought.wrong or brought.elsewhere:
        step.data["settings_text"] = brought.text
        step.wrong |= {"settings_text": brought.wrong} if brought.wrong else {}
        return
    # What the text does not speak of stays as it was typed.
    typed = job_settings.typed_in(step.data, step.capability)
    step.values = {name: typed[name] for name in job_settings.OWN} | brought.values
    step.done.add("settings_text")


def _said(step: Step, sentence: str, name: str) -> None:
    step.notes.append(Note(tone="success", text=sentence % {"name": name}))


def _fit_settings(step: Step, asked_at: str) -> dict[str, Any] | None:
    """The settings of the form, fit to be kept; None with the reason at the field that asked for them."""
    values = job_settings.typed_in(step.data, step.capability)
    params, own = step.capability.Form(values), SettingsForm(values)
    if params.is_valid() & own.is_valid():
        return job_settings.kept(step.capability, {**own.cleaned_data, **params.cleaned_data})
    step.wrong[asked_at] = _("Some settings are not in order yet: they are marked below.")
    return None


def _checked_where_fit(capability: Capability, data: QueryDict) -> dict[str, Any]:
    values = job_settings.typed_in(data, capability)
    params, own = capability.Form(values), SettingsForm(values)
    params.is_valid()
    own.is_valid()
    return {**values, **params.cleaned_data, **own.cleaned_data}


_STEPS: dict[str, Callable[[Step], None]] = {
    "go": _go,
    "use": _use,
    "last": _use_last,
    "defaults": _use_defaults,
    "save": _save,
    "update": _update,
    "rename": _rename,
    "delete": _delete,
    "default": _default,
    "no_default": _no_default,
    "import": _import,
}
_WITH_PRESET = ("use", "update", "rename", "delete", "default", "no_default")
