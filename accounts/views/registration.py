"""The page of one registration: how far it is, and what a person may do about it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import tasks
from accounts.encryption import CannotOpen
from accounts.models import Registration
from accounts.registering import drafts
from accounts.registering.progress import has_findings, progress_of
from accounts.views.access import form_url, own_registration

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
    """The moving part of the page, for htmx."""
    return render(
        request, "accounts/_registration.html", progress_of(own_registration(request, registration_id))
    )


@require_POST
def register_anyway(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """Go on although the bucket check found something."""
    registration = own_registration(request, registration_id)
    if not start(request, registration, anyway=True):
        return redirect(form_url(registration))
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
    """Forget a draft or a refused attempt."""
    if drafts.discard(own_registration(request, registration_id)):
        messages.success(request, _("The attempt was discarded."))
    return redirect("accounts:account_list")


def start(request: HttpRequest, registration: Registration, *, anyway: bool = False) -> bool:
    """Hand a draft to the workers, or say why not; says whether it went."""
    try:
        started = drafts.start(registration, anyway=anyway)
    except CannotOpen:
        started = False
    if started:
        tasks.enqueue(registration)
    elif registration.state == State.DRAFT:
        messages.error(request, _("Something is missing or cannot be sent as it is: look through the form."))
    return started
