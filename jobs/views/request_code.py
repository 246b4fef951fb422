"""What the form comes to as it stands: the request in three languages, and how many calls it makes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import second_step
from accounts.models import Account
from jobs import request_code, services
from jobs.bucket_files import lately_used
from jobs.capabilities.base import Capability
from jobs.engine import wire
from jobs.forms import JobForm
from jobs.models import Job
from jobs.sources import sources_of
from jobs.views.access import capability_or_404, chosen_account

SIGNED_OUT = 401


# Nobody's half-filled form may be led away to the sign-in by a question that the page asks of its own accord.
@login_not_required
@never_cache
@require_POST
def job_request(request: HttpRequest, capability: str) -> HttpResponse:
    """The panel for the form as it was sent, however unfinished it is."""
    if not request.user.is_authenticated or second_step.lacks(request):
        return HttpResponse(status=SIGNED_OUT)
    known = capability_or_404(capability)
    account = chosen_account(request, request.POST.get("account"), [])
    assert account is not None
    form = JobForm(request.POST, account=account, songs=lately_used(account))
    context = panel(known, form, known.Form(request.POST), form, waiting=_waiting(request))
    return render(request, "jobs/_request_code.html", {**context, "account": account, "capability": known})


def panel(
    capability: Capability,
    form: JobForm,
    params: forms.BaseForm,
    settings: forms.BaseForm,
    *,
    waiting: int = 0,
) -> dict[str, Any]:
    """Context of _request_code.html and _calls.html.

    What the form would refuse is left out and named. `waiting` files are chosen but not in the bucket yet.
    """
    songs, told, values = (_checked(each) for each in (form, params, settings))
    places = [place for place in songs.cleaned_data.get("places") or [] if place]
    is_copied = bool(places) and places[0] in songs.cleaned_data.get("copied", ())
    own = {name: values.cleaned_data.get(name) for name in ("destination", "output_prefix", "timeout")}
    set_ = {name: value for name, value in told.cleaned_data.items() if value not in (None, "")}
    judged = {id(each): each for each in (told, values)}.values()
    wrong = [each[name].label for each in judged for name in each.errors if name in (*told.fields, *own)]
    return {
        "code": request_code.code_for(
            form.account, capability.key, _source(form.account, places, is_copied), params=set_, **_set(own)
        ),
        "left_out": wrong,
        "has_song": bool(places),
        "is_copied": is_copied,
        "songs": len(places) + waiting,
        "folder": songs.cleaned_data.get("folder") or "",
        "calls_back": not wire.callback_trouble(),
    }


def _source(account: Account, places: list[str], is_copied: bool) -> services.Source:
    """The first song as TMP is told of it, or what stands for it until its path is known."""
    if places and not is_copied:
        return sources_of(account, places[:1])[0]
    path = request_code.COPY if is_copied else request_code.NO_SONG
    return services.Source(kind=Job.SourceKind.BUCKET, path=path, name=path)


def _set(own: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in own.items() if value is not None}


def _waiting(request: HttpRequest) -> int:
    """How many files the browser says it holds."""
    told = request.POST.get("waiting", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 6 else 0


def _checked(form: Any) -> Any:
    """The form with cleaned_data, also one that was not sent yet."""
    if not form.is_bound:
        data = {name: form[name].value() for name in form.fields}
        is_whole = isinstance(form, JobForm)
        form = JobForm(data, account=form.account, songs=form.songs) if is_whole else type(form)(data)
    form.is_valid()
    return form
