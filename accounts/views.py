"""Pages of accounts and of the registrations that lead to them."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import endpoints, owner, services, tasks
from accounts.encryption import CannotOpen
from accounts.forms import OwnerForm, RegistrationForm, initial_of, sandbox_initial
from accounts.masking import masked
from accounts.models import Account, Registration
from accounts.progress import has_findings, progress_of

State = Registration.State
ACCOUNT_SECRETS: dict[str, str | Promise] = {
    "bucket_secret_id": gettext_lazy("Bucket SecretId"),
    "bucket_secret_key": gettext_lazy("Bucket SecretKey"),
    "tmp_secret_id": "tmpSecretId",
    "tmp_secret_key": "tmpSecretKey",
    "gateway_secret_id": "apiGateSecretId",
    "gateway_secret_key": "apiGateSecretKey",
}


@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """Every account a person may use, and the attempts that are not accounts yet."""
    registrations = Registration.objects.for_user(request.user).exclude(state=State.DONE)
    context = {"accounts": Account.objects.for_user(request.user), "registrations": registrations}
    return render(request, "accounts/account_list.html", context)


@require_safe
def account_detail(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Everything TMP said when the account was registered; keys by their last characters only."""
    account = get_object_or_404(Account.objects.for_user(request.user), pk=account_id)
    context = {
        "account": account,
        "endpoint": endpoints.endpoint(account.endpoint),
        "secrets": [(title, masked(account, name)) for name, title in ACCOUNT_SECRETS.items()],
        "unknown_names": _unknown_names(account),
    }
    return render(request, "accounts/account_detail.html", context)


@sensitive_post_parameters()
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """The form: a new attempt, or a draft that goes on where it was left."""
    if request.method == "POST":
        return _receive(request)
    registration = _draft_to_show(request)
    if registration.state != State.DRAFT:
        return redirect("accounts:registration_detail", registration.pk)
    initial = {} if registration._state.adding else initial_of(registration)
    if "sandbox" in request.GET:
        initial |= sandbox_initial(request.user.get_username())
    form = RegistrationForm(registration=registration, initial=initial)
    return _form_page(request, form, status=200)


@require_safe
@never_cache
def registration_detail(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """How far an attempt is; may be closed and opened again at any time."""
    registration = _own(request, registration_id)
    if registration.state == State.DRAFT and not has_findings(registration):
        return redirect(_form_url(registration))
    return render(request, "accounts/registration_detail.html", progress_of(registration))


@require_safe
@never_cache
def registration_progress(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """The moving part of the page, for htmx."""
    return render(request, "accounts/_registration.html", progress_of(_own(request, registration_id)))


@require_POST
def register_anyway(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """Go on although the bucket check found something."""
    registration = _own(request, registration_id)
    if not _start(request, registration, anyway=True):
        return redirect(_form_url(registration))
    return redirect("accounts:registration_detail", registration.pk)


@require_POST
def registration_retry(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """A person takes a refused or unsure attempt back to the form."""
    registration = _own(request, registration_id)
    if services.try_again(registration):
        return redirect(_form_url(registration))
    return redirect("accounts:registration_detail", registration.pk)


@require_POST
def registration_discard(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """Forget a draft or a refused attempt."""
    if services.discard(_own(request, registration_id)):
        messages.success(request, _("The attempt was discarded."))
    return redirect("accounts:account_list")


@login_not_required
@sensitive_post_parameters()
@never_cache
def owner_setup(request: HttpRequest, token: str) -> HttpResponse:
    """The first person makes their login; the link works once and only while nobody has one."""
    if not owner.opens(token):
        raise Http404
    form = OwnerForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "accounts/owner_setup.html", {"form": form}, status=status)
    values = form.cleaned_data
    user = owner.claim(token, username=values["username"], password=values["password1"])
    if user is None:
        raise Http404
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    messages.success(request, _("Welcome. The portal is yours; connect a TMP account to begin."))
    return redirect("accounts:register")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    return request.user


def _own(request: HttpRequest, registration_id: uuid.UUID) -> Registration:
    return get_object_or_404(Registration.objects.for_user(request.user), pk=registration_id)


def _draft_to_show(request: HttpRequest) -> Registration:
    """The draft that was asked for, else the newest one, else a row that is not saved yet."""
    rows = Registration.objects.for_user(request.user)
    if "draft" in request.GET:
        return get_object_or_404(rows, pk=_uuid(request.GET["draft"]))
    fresh = "new" in request.GET or "sandbox" in request.GET
    newest = rows.filter(state=State.DRAFT).order_by("-changed_at", "id")
    found = None if fresh else newest.first()
    return found or Registration(user=_person(request))


def _receive(request: HttpRequest) -> HttpResponse:
    """Keep what was typed, whatever it is worth, and start when all of it is sound."""
    registration = _posted_draft(request)
    if registration.state != State.DRAFT:
        return redirect("accounts:registration_detail", registration.pk)
    form = RegistrationForm(request.POST, registration=registration)
    is_sound = form.is_valid()
    services.save_draft(registration, form.values())
    if request.POST.get("intent") == "save":
        messages.success(request, _("The draft is kept, as far as it is valid, until you come back."))
        return redirect("accounts:account_list")
    if not is_sound:
        form.name_kept_secrets()
        return _form_page(request, form, status=422)
    _start(request, registration)
    return redirect("accounts:registration_detail", registration.pk)


def _posted_draft(request: HttpRequest) -> Registration:
    """One form, one attempt: the page brought the row's id along, so sending it twice changes nothing."""
    pk = _uuid(request.POST.get("registration")) or uuid.uuid4()
    found = Registration.objects.filter(pk=pk).first()
    if found is None:
        return Registration(pk=pk, user=_person(request))
    if found.user_id != request.user.pk:
        raise Http404
    return found


def _start(request: HttpRequest, registration: Registration, *, anyway: bool = False) -> bool:
    try:
        started = services.start(registration, anyway=anyway)
    except CannotOpen:
        started = False
    if started:
        tasks.enqueue(registration)
    elif registration.state == State.DRAFT:
        messages.error(request, _("Something is missing or cannot be sent as it is: look through the form."))
    return started


def _form_page(request: HttpRequest, form: RegistrationForm, *, status: int) -> HttpResponse:
    context = {"form": form, "has_sandbox": endpoints.SANDBOX in endpoints.all_endpoints()}
    return render(request, "accounts/register.html", context, status=status)


def _form_url(registration: Registration) -> str:
    return f"{reverse('accounts:register')}?draft={registration.pk}"


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _unknown_names(account: Account) -> list[str]:
    """Names of members of registerInfo that nobody documented; their values may be keys and stay sealed."""
    try:
        members: Any = json.loads(account.unknown_members or "{}")
    except (CannotOpen, ValueError):
        return []
    return sorted(members) if isinstance(members, dict) else []
