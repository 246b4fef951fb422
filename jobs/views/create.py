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
from accounts.songs import too_large_sentence
from accounts.uploads import too_large
from accounts.views.access import uuid_in
from jobs import batches, planning, services, tasks
from jobs.capabilities import all_capabilities
from jobs.capabilities.base import Capability
from jobs.forms import JobForm
from jobs.looking import look
from jobs.models import Job
from jobs.sentences import explain_no_callback
from jobs.song_form import BUCKET, UPLOAD
from jobs.sources import SourceRefused, below, keep_upload, recent_songs, sources_of
from jobs.views import copying
from jobs.views.access import accounts_to_send_with, chosen_account, made_of, stopped_accounts, unusable


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
        return render(request, "jobs/choose_capability.html", {"capabilities": known.values()})
    chosen = known.get(capability or next(iter(known)))
    if chosen is None:
        raise Http404
    page = _send if is_sent else _blank
    return page(request, chosen, account=account, accounts=accounts)


def _blank(
    request: HttpRequest, capability: Capability, *, account: Account, accounts: list[Account]
) -> HttpResponse:
    """An empty form, or one prefilled from `?from=<job>`, `?plan=<key>` or `?path=`."""
    if made := made_of(request, uuid_in(request.GET.get("plan"))):
        return made
    if plan := copying.plan_to_change(request):
        account = next((each for each in accounts if each.pk == plan.account_id), account)
        data = copying.posted(plan)
        form = JobForm(data, account=account, songs=recent_songs(account))
        return _page(request, capability, accounts, form=form, params=capability.Form(data))
    initial: dict[str, Any] = {"destination": f"/output/{capability.key}"}
    params: dict[str, Any] | None = None
    if model := copying.job_to_copy(request):
        account = account if request.GET.get("account") else copying.account_of_copy(model, accounts)
        initial |= copying.fields_of(model, account)
        params = model.params if copying.tells_params(model, capability) else None
    if path := request.GET.get("path"):
        initial |= {"source": BUCKET, "path": [path]}
    form = JobForm(initial=initial, account=account, songs=recent_songs(account))
    # A job that was sent without a parameter is copied without it, not with the default.
    given = None if params is None else {**dict.fromkeys(capability.Form.base_fields), **params}
    params_form = capability.Form(initial=given)
    return _page(request, capability, accounts, form=form, params=params_form)


def _send(
    request: HttpRequest, capability: Capability, *, account: Account, accounts: list[Account]
) -> HttpResponse:
    """A job, or a look at what many would be; or the form again, with all that was typed and uploaded."""
    # So that a second press does not upload the songs again.
    if made := made_of(request, uuid_in(request.POST.get("idempotency_key"))):
        return made
    data, refusals = _keep_songs(request, account)
    form = JobForm(data, request.FILES, account=account, songs=recent_songs(account))
    params = capability.Form(data)
    is_fit = form.is_valid() & params.is_valid()
    if refusals:
        form.errors.pop("file", None)
        form.add_error("file", refusals)
    elif is_fit and (left_out := _look_below(form)) is not None:
        place = _go_on(request, capability, form=form, params=params, left_out=left_out)
        if place:
            return place
    return _page(request, capability, accounts, form=form, params=params, http_state=422)


def _go_on(
    request: HttpRequest, capability: Capability, *, form: JobForm, params: forms.Form, left_out: int
) -> HttpResponse | None:
    """To the one job, or to the look that is taken before more is sent; None when values are refused."""
    values, data = form.cleaned_data, cast(QueryDict, form.data)
    places, doubles, copied = values["places"], values["doubles"], values["copied"]
    seen = look(form.account, [place for place in places if "://" not in place])
    wish = {
        "params": params.cleaned_data,
        **{name: values[name] for name in ("destination", "output_prefix", "timeout", "label")},
    }
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


def _keep_songs(request: HttpRequest, account: Account) -> tuple[QueryDict, list[str]]:
    """What was posted, with uploaded files already turned into files of the bucket; and why some were not."""
    data = request.POST.copy()
    if data.get("source") != UPLOAD:
        return data, []
    refusals = [f"{name}: {too_large_sentence()}" for name in too_large(request)]
    kept = data.getlist("kept")
    for file in request.FILES.getlist("file"):
        try:
            kept.append(keep_upload(account=account, user=request.user, file=file).path)
        except SourceRefused as error:
            refusals.append(f"{file.name}: {error.sentence}")
    data.setlist("kept", kept)
    if kept and not refusals:
        data["source"] = BUCKET
        data.setlist("path", kept)
        data.setlist("kept", [])
        data["folder"] = ""
    return data, refusals


def _page(
    request: HttpRequest,
    capability: Capability,
    accounts: list[Account],
    *,
    form: JobForm,
    params: forms.Form,
    http_state: int = 200,
) -> HttpResponse:
    context = {
        "capability": capability,
        "account": form.account,
        "accounts": accounts,
        "form": form,
        "params": params,
        "stopped": stopped_accounts(request.user).filter(pk=form.account.pk),
        "no_callback": explain_no_callback(),
        "advanced_is_open": any(
            form[name].errors for name in ("label", "destination", "output_prefix", "timeout")
        ),
    }
    return render(request, "jobs/job_create.html", context, status=http_state)
