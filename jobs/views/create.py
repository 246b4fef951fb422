"""Creates a job: a song, a capability's parameters, and where the result goes."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Account
from accounts.songs import too_large_sentence
from accounts.uploads import too_large
from jobs import services, tasks
from jobs.capabilities import all_capabilities
from jobs.capabilities.base import Capability
from jobs.forms import BUCKET, UPLOAD, URL, JobForm
from jobs.models import Job
from jobs.sentences import explain_no_callback
from jobs.sources import SourceRefused, from_path, from_url, keep_upload, recent_songs
from jobs.views.access import accounts_to_send_with, chosen_account, stopped_accounts, unusable


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
    """An empty form, or one prefilled from `?from=<job>` or `?path=`."""
    initial: dict[str, Any] = {"destination": f"/output/{capability.key}"}
    params: dict[str, Any] | None = None
    if model := _job_to_copy(request):
        account = account if request.GET.get("account") else _account_of_copy(model, accounts)
        initial |= _fields_of(model, account)
        params = model.params if _tells_params(model, capability) else None
    if path := request.GET.get("path"):
        initial |= {"source": BUCKET, "path": path}
    form = JobForm(initial=initial, account=account, songs=recent_songs(account))
    # A job that was sent without a parameter is copied without it, not with the default.
    given = None if params is None else {**dict.fromkeys(capability.Form.base_fields), **params}
    params_form = capability.Form(initial=given)
    return _page(request, capability, accounts, form=form, params=params_form)


def _send(
    request: HttpRequest, capability: Capability, *, account: Account, accounts: list[Account]
) -> HttpResponse:
    """A QUEUED job and its page; or the form again, with all that was typed, chosen and uploaded."""
    if first := _already_sent(request):
        return redirect("jobs:job_detail", job_id=first.pk)
    data, refusal = _keep_song(request, account)
    form = JobForm(data, request.FILES, account=account, songs=recent_songs(account))
    params = capability.Form(data)
    is_fit = form.is_valid() & params.is_valid()
    if refusal:
        form.errors.pop("file", None)
        form.add_error("file", refusal)
    elif is_fit and (job := _create(request, capability, form=form, params=params)):
        tasks.enqueue(job)
        return redirect("jobs:job_detail", job_id=job.pk)
    return _page(request, capability, accounts, form=form, params=params, http_state=422)


def _create(request: HttpRequest, capability: Capability, *, form: JobForm, params: forms.Form) -> Job | None:
    """The job; None when its values are refused, with the reasons in `form`."""
    values = form.cleaned_data
    source = from_url(values["url"]) if values["source"] == URL else from_path(form.account, values["path"])
    try:
        return services.create(
            user=request.user,
            account=form.account,
            capability=capability.key,
            params=params.cleaned_data,
            source=source,
            destination=values["destination"],
            output_prefix=values["output_prefix"],
            timeout=values["timeout"],
            label=values["label"],
            idempotency_key=values["idempotency_key"],
        )
    except ValidationError as error:
        for field, errors in error.message_dict.items():
            form.add_error(field if field in form.fields else None, errors)
    return None


def _keep_song(request: HttpRequest, account: Account) -> tuple[QueryDict, Any]:
    """What was posted, with an uploaded file already turned into a file of the bucket; or why that failed."""
    data = request.POST.copy()
    file = request.FILES.get("file")
    if data.get("source") != UPLOAD:
        return data, ""
    if too_large(request):
        return data, too_large_sentence()
    if file is None:
        return data, ""
    try:
        song = keep_upload(account=account, user=request.user, file=file)
    except SourceRefused as error:
        return data, error.sentence
    data["source"], data["path"] = BUCKET, song.path
    return data, ""


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


def _already_sent(request: HttpRequest) -> Job | None:
    """The job that this very form made before, so that a second press does not upload the song again."""
    try:
        key = uuid.UUID(request.POST.get("idempotency_key", ""))
    except ValueError:
        return None
    return Job.objects.for_user(request.user).filter(owner=request.user.pk, idempotency_key=key).first()


def _job_to_copy(request: HttpRequest) -> Job | None:
    job_id = request.GET.get("from")
    if not job_id:
        return None
    try:
        pk = uuid.UUID(job_id)
    except ValueError as error:
        raise Http404 from error
    job = Job.objects.for_user(request.user).select_related("account").filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


def _account_of_copy(job: Job, accounts: list[Account]) -> Account:
    """The account of the job, the one that took its place, or the first of those that may send."""
    for account in accounts:
        if account.pk == job.account_id or account.replaces_id == job.account_id:
            return account
    return accounts[0]


def _tells_params(job: Job, capability: Capability) -> bool:
    """Whether the portal knows with which parameters the job was sent."""
    return job.capability == capability.key and job.source_kind != Job.SourceKind.ADOPTED


def _fields_of(job: Job, account: Account) -> dict[str, Any]:
    """What the form begins with; the file of another bucket is left out."""
    names = ("label", "output_prefix", "timeout")
    is_here = (job.account.bucket, job.account.region) == (account.bucket, account.region)
    fields: dict[str, Any] = {name: getattr(job, name) for name in names}
    if job.destination:
        fields["destination"] = job.destination
    if job.source_kind == Job.SourceKind.URL:
        return fields | {"source": URL, "url": job.source_url}
    return fields | ({"source": BUCKET, "path": job.source_path} if is_here and job.source_path else {})
