"""Creates jobs: one song or many, a capability's parameters, and where the results go."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Account
from accounts.views.access import uuid_in
from jobs import batches, job_settings, planning, presets, services, tasks
from jobs.bucket_files import lately_used
from jobs.capabilities import all_capabilities
from jobs.capabilities.base import Capability
from jobs.forms import JobForm
from jobs.looking import Look, look
from jobs.models import Job
from jobs.song_form import BUCKET, UPLOAD
from jobs.sources import SourceRefused, below, sources_of
from jobs.views.access import accounts_to_send_with, chosen_account, made_of, unusable
from jobs.views.beginning import begin
from jobs.views.choosing import choose
from jobs.views.form_page import FormPage, whole
from jobs.views.job_settings import CREATE, intent_of, take
from jobs.views.uploading import keep_songs


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def job_create(request: HttpRequest, capability: str = "") -> HttpResponse:
    """The form of one capability, or the choice between several."""
    known = all_capabilities()
    accounts = accounts_to_send_with(request.user)
    is_sent = request.method == "POST"
    account = chosen_account(request, (request.POST if is_sent else request.GET).get("account"), accounts)
    if account is None:
        return render(request, "jobs/no_account.html")
    if not account.is_usable:
        return unusable(request, account)
    if not capability and len(known) > 1:
        return choose(request, account, known)
    chosen = known.get(capability or next(iter(known)))
    if chosen is None and request.GET.get("from"):
        # The portal knows the job's capability no longer: its song may go to another.
        return choose(request, account, known)
    if chosen is None:
        raise Http404
    answer = _answer_to if is_sent else begin
    return answer(request, chosen, account=account, accounts=accounts)


def _answer_to(
    request: HttpRequest, capability: Capability, *, account: Account, accounts: list[Account]
) -> HttpResponse:
    """The form was sent: by the button that creates, or, without scripts, by Enter in a field of presets."""
    step = _send if intent_of(request.POST, request.user) == CREATE else take
    return step(request, capability, account=account, accounts=accounts)


def _send(
    request: HttpRequest, capability: Capability, *, account: Account, accounts: list[Account]
) -> HttpResponse:
    """A job, or a look at what many would be; or the form again, with all that was typed and uploaded."""
    # So that a second press does not upload the songs again.
    if made := made_of(request, uuid_in(request.POST.get("idempotency_key"))):
        return made
    data, refusals = keep_songs(request, account)
    form = JobForm(data, request.FILES, account=account, songs=lately_used(account))
    params = capability.Form(data)
    is_fit = form.is_valid() & params.is_valid()
    if refusals:
        form.errors.pop("file", None)
        form.add_error("file", refusals)
    elif is_fit and (left_out := _look_below(form)) is not None:
        place = _go_on(request, capability, form=form, params=params, left_out=left_out)
        if place:
            return place
    page = FormPage(
        capability=capability, account=account, accounts=accounts, form=form, params=params, settings=form
    )
    return whole(request, page, http_state=422)


def _go_on(
    request: HttpRequest, capability: Capability, *, form: JobForm, params: forms.Form, left_out: int
) -> HttpResponse | None:
    """To the one job, or to the look that is taken before more is sent; None when values are refused."""
    values, data = form.cleaned_data, cast(QueryDict, form.data)
    places, doubles, copied = values["places"], values["doubles"], values["copied"]
    paths = [place for place in places if "://" not in place]
    # Many are looked into from the page that shows what will be sent: it is there at once.
    seen = look(form.account, paths) if len(places) == 1 else Look(unseen=paths)
    wish = {
        "params": params.cleaned_data,
        **{name: values[name] for name in ("destination", "output_prefix", "timeout", "label")},
    }
    settings = job_settings.kept(capability, {**values, **params.cleaned_data})
    presets.remember(request.user, capability.key, settings)
    if planning.needs_look(form.account, songs=len(places), is_odd=bool(doubles or left_out or seen.odd)):
        plan = planning.keep(
            user=request.user,
            account=form.account,
            key=values["idempotency_key"],
            capability=capability.key,
            typed={name: data.getlist(name) for name in (*form.fields, *params.fields) if name in data},
            wish=wish,
            places=places,
            copied=copied,
            odd={path: asdict(contents) for path, contents in seen.odd.items()},
            unseen=seen.unseen,
            doubles=doubles,
            left_out=left_out,
        )
        return redirect("jobs:plan", key=plan.key)
    job = _create(request, capability, form=form, wish=wish)
    return redirect("jobs:job_detail", job_id=job.pk) if job else None


def _create(
    request: HttpRequest, capability: Capability, *, form: JobForm, wish: dict[str, Any]
) -> Job | None:
    """The one job; None when its values are refused, with the reasons in `form`."""
    values = form.cleaned_data
    try:
        job = services.create(
            user=request.user,
            account=form.account,
            capability=capability.key,
            source=sources_of(
                form.account, values["places"], copied=values["copied"], as_audio=values["copied"]
            )[0],
            idempotency_key=values["idempotency_key"],
            **wish,
        )
    except ValidationError as error:
        for field, errors in error.message_dict.items():
            form.add_error(field if field in form.fields else None, errors)
        return None
    tasks.enqueue(job)
    return job


def _look_below(form: JobForm) -> int | None:
    """Add what lies below the folder that was typed to the places of `form`, and see that they are not too
    many; the number of files that were left out. None when it is refused, with the reason in `form`."""
    values, left_out = form.cleaned_data, 0
    if folder := values["folder"]:
        try:
            found, left_out = below(form.account, folder, most=batches.MOST_SONGS)
        except SourceRefused as error:
            form.add_error("folder", str(error.sentence))
            return None
        values["places"] = list(dict.fromkeys([*values["places"], *found]))
    if len(values["places"]) > batches.MOST_SONGS:
        field = {BUCKET: "folder", UPLOAD: "file"}.get(values["source"], "lines")
        form.add_error(field, batches.too_many(len(values["places"])))
        return None
    return left_out
