"""The form of a registration: a new attempt, or a draft that goes on where it was left."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import endpoints
from accounts.forms import RegistrationForm, initial_of, sandbox_initial
from accounts.models import Registration
from accounts.registering import drafts
from accounts.views.access import person, uuid_in
from accounts.views.registration import start

State = Registration.State


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


def _draft_to_show(request: HttpRequest) -> Registration:
    """The draft that was asked for, else the newest one, else a row that is not saved yet."""
    rows = Registration.objects.for_user(request.user)
    if "draft" in request.GET:
        return get_object_or_404(rows, pk=uuid_in(request.GET["draft"]))
    fresh = "new" in request.GET or "sandbox" in request.GET
    newest = rows.filter(state=State.DRAFT).order_by("-changed_at", "id")
    found = None if fresh else newest.first()
    return found or Registration(user=person(request))


def _receive(request: HttpRequest) -> HttpResponse:
    """Keep what was typed, whatever it is worth, and start when all of it is sound."""
    registration = _posted_draft(request)
    if registration.state != State.DRAFT:
        return redirect("accounts:registration_detail", registration.pk)
    form = RegistrationForm(request.POST, registration=registration)
    is_sound = form.is_valid()
    drafts.save_draft(registration, form.values())
    if request.POST.get("intent") == "save":
        messages.success(request, _("The draft is kept, as far as it is valid, until you come back."))
        return redirect("accounts:account_list")
    if not is_sound:
        form.name_kept_secrets()
        return _form_page(request, form, status=422)
    start(request, registration)
    return redirect("accounts:registration_detail", registration.pk)


def _posted_draft(request: HttpRequest) -> Registration:
    """One form, one attempt: the page brought the row's id along, so sending it twice changes nothing."""
    pk = uuid_in(request.POST.get("registration")) or uuid.uuid4()
    found = Registration.objects.filter(pk=pk).first()
    if found is None:
        return Registration(pk=pk, user=person(request))
    if found.user_id != request.user.pk:
        raise Http404
    return found


def _form_page(request: HttpRequest, form: RegistrationForm, *, status: int) -> HttpResponse:
    context = {"form": form, "has_sandbox": endpoints.SANDBOX in endpoints.all_endpoints()}
    return render(request, "accounts/register.html", context, status=status)
