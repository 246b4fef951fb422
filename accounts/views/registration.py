"""The page of one registration: how far it is, and what a person may do about it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import tasks
from accounts.encryption import CannotOpen
from accounts.forms import RegistrationForm
from accounts.models import Registration
from accounts.registering import drafts, rescuing
from accounts.registering.browsers import allow_browsers
from accounts.registering.doubts import needs_words, says_plain_http
from accounts.registering.looking import look_of
from accounts.registering.progress import has_findings, mark_of, progress_of
from accounts.registering.rows import told_region
from accounts.views.access import form_url, own_registration, reread

State = Registration.State


@require_safe
@never_cache
def registration_detail(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """How far an attempt is; may be closed and opened again at any time."""
    registration = own_registration(request, registration_id)
    if registration.state == State.DRAFT and not has_findings(registration):
        return redirect(form_url(registration))
    return render(request, "accounts/registration_detail.html", progress_of(registration))


@require_safe
@never_cache
def registration_progress(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """The moving part of the page, for htmx; `was` says which news the page has read out already.

    Where nothing moves and nothing is new, what a person has unfolded must not fold up.
    """
    registration = own_registration(request, registration_id)
    is_news = request.GET.get("was") != mark_of(registration)
    if not is_news and registration.state not in Registration.LIVE:
        return HttpResponse(status=204)
    context = progress_of(registration) | {"is_news": is_news}
    return render(request, "accounts/_registration.html", context)


@require_safe
@never_cache
def registration_look(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """How far the look for the demo script is, for the form's page."""
    registration = own_registration(request, registration_id)
    context = {"registration": registration, "look": look_of(registration)}
    return render(request, "accounts/_register_look.html", context)


@require_POST
def registration_start(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """Register after the bucket alone was checked; what is missing or doubtful is said in the form."""
    registration = own_registration(request, registration_id)
    if registration.state == State.DRAFT and RegistrationForm(registration=registration).doubts:
        return redirect(form_url(registration))
    return _go(request, registration)


@require_POST
def register_anyway(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """Go on although the bucket check found something."""
    return _go(request, own_registration(request, registration_id), anyway=True)


@require_POST
def registration_use_region(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """Take the region that the bucket told, and look again."""
    registration = own_registration(request, registration_id)
    only_check, region = registration.only_check, told_region(registration)
    if not region or not drafts.save_draft(registration, {"region": region}):
        return redirect("accounts:registration_detail", registration.pk)
    return _go(request, registration, only_check=only_check)


@require_POST
def registration_allow_browsers(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """Let this portal's pages talk to the bucket directly, where the key may say so."""
    registration = own_registration(request, registration_id)
    if registration.state not in Registration.LIVE:
        allow_browsers(registration, origin=settings.PUBLIC_URL or request.build_absolute_uri("/")[:-1])
    return redirect("accounts:registration_detail", registration.pk)


@require_POST
def registration_look_again(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """Have a worker look for the demo script once more."""
    registration = own_registration(request, registration_id)
    if rescuing.ask(registration):
        tasks.enqueue_look(registration)
    return redirect("accounts:registration_detail", registration.pk)


@require_POST
def registration_use_found(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """Take the keys that lay in the bucket."""
    registration = own_registration(request, registration_id)
    if not rescuing.use_found(registration) and registration.state in (State.UNSURE, State.DRAFT):
        messages.error(request, _("There are no keys to use, or they do not open. Look again."))
    return redirect("accounts:registration_detail", registration.pk)


@require_POST
def registration_retry(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """A refused attempt goes back to the form; an unsure one stays, and a copy of it goes there."""
    registration = own_registration(request, registration_id)
    if drafts.edit(registration):
        return redirect(form_url(registration))
    if draft := drafts.try_again(registration):
        return redirect(form_url(draft))
    return redirect("accounts:registration_detail", registration.pk)


@require_POST
def registration_discard(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """Forget a draft or a refused attempt, or an unsure one that nothing can come of."""
    registration = own_registration(request, registration_id)
    if not drafts.discard(registration):
        messages.warning(request, _("The attempt has moved on meanwhile, so it was not discarded."))
        return redirect("accounts:registration_detail", registration.pk)
    messages.success(request, _("The attempt was discarded."))
    return redirect("accounts:account_list")


def start(
    request: HttpRequest, registration: Registration, *, anyway: bool = False, only_check: bool = False
) -> bool:
    """Hand a draft to the workers, or say why not; says whether it went."""
    try:
        started = drafts.start(registration, anyway=anyway, only_check=only_check)
    except CannotOpen:
        started = False
    if started:
        tasks.enqueue(registration)
        return True
    reread(registration)
    if registration.state == State.DRAFT:
        messages.error(request, _("Something is missing or cannot be sent as it is: look through the form."))
    return False


def _go(
    request: HttpRequest, registration: Registration, *, anyway: bool = False, only_check: bool = False
) -> HttpResponse:
    """Start, or lead to where it is said why not; without https only when that was accepted in words."""
    unsaid = needs_words(registration, registration.endpoint) and not only_check
    if registration.state == State.DRAFT and unsaid and not says_plain_http(_typed(request)):
        messages.error(request, _("Type “plain http” to accept that keys travel unencrypted."))
        return redirect(form_url(registration))
    started = start(request, registration, anyway=anyway, only_check=only_check)
    if not started and registration.state == State.DRAFT:
        return redirect(form_url(registration))
    return redirect("accounts:registration_detail", registration.pk)


def _typed(request: HttpRequest) -> str:
    return request.POST.get("plain_http_confirmed", "")
