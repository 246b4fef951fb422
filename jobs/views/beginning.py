"""What the form of a new job begins with: defaults, a preset, an older job, or what was typed before."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.views.access import uuid_in
from jobs import job_settings
from jobs.bucket_files import lately_used
from jobs.capabilities.base import Capability
from jobs.forms import JobForm, SettingsForm
from jobs.models import Preset
from jobs.parameters import defaults_of
from jobs.song_form import BUCKET
from jobs.views import copying
from jobs.views.access import made_of
from jobs.views.form_page import FormPage, Note, whole


def begin(
    request: HttpRequest, capability: Capability, *, account: Account, accounts: list[Account]
) -> HttpResponse:
    """The form, prefilled from `?from=<job>`, `?plan=<key>`, `?preset=<id>` or `?path=`."""
    if made := made_of(request, uuid_in(request.GET.get("plan"))):
        return made
    if plan := copying.plan_to_change(request):
        account = next((each for each in accounts if each.pk == plan.account_id), account)
        data = copying.posted(plan)
        form = JobForm(data, account=account, songs=lately_used(account))
        page = FormPage(
            capability=capability,
            account=account,
            accounts=accounts,
            form=form,
            params=capability.Form(data),
            settings=form,
        )
        return whole(request, page)
    return whole(request, _fresh(request, capability, account, accounts))


def _fresh(
    request: HttpRequest, capability: Capability, account: Account, accounts: list[Account]
) -> FormPage:
    """A form that nobody sent yet."""
    initial, values, notes = dict[str, Any](), defaults_of(capability), tuple[Note, ...]()
    if job := copying.job_to_copy(request):
        if not request.GET.get("account"):
            account = copying.account_of_copy(job, accounts)
        initial = copying.song_of(job, account)
        values |= copying.settings_of(job, capability)
        notes = copying.notes_on(job, capability, account)
    elif preset := _preset(request, capability):
        values |= dict.fromkeys(capability.Form.base_fields) | job_settings.values_of(preset.settings)
        notes = (Note(text=_("Begun with your preset “%(name)s”.") % {"name": preset.name}),)
    if path := request.GET.getlist("path"):
        initial |= {"source": BUCKET, "path": path}
    own = {name: values[name] for name in SettingsForm.base_fields}
    form = JobForm(initial=initial | own, account=account, songs=lately_used(account))
    params = capability.Form(initial={name: values.get(name) for name in capability.Form.base_fields})
    return FormPage(
        capability=capability,
        account=account,
        accounts=accounts,
        form=form,
        params=params,
        settings=form,
        notes=notes,
    )


def _preset(request: HttpRequest, capability: Capability) -> Preset | None:
    """The one that `?preset=` names, else the person's default; a job to look up is none of it."""
    mine = Preset.objects.for_user(request.user).named(capability.key)
    wanted = request.GET.get("preset", "")
    if wanted.isascii() and wanted.isdigit():
        return mine.filter(pk=int(wanted[:18])).first()
    return None if wanted else mine.filter(is_default=True).first()
