"""Invitations, for those who may invite; and what somebody who has one finds behind it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import inviting, throttling
from accounts.models import Invitation, may_invite
from accounts.sign_in_forms import InvitationForm
from accounts.views.access import person


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def invitations(request: HttpRequest) -> HttpResponse:
    """POST makes one and answers with its address, which nobody can see again later. 404 for everybody who
    may not invite."""
    _insist(request)
    form, link = InvitationForm(request.POST if request.method == "POST" else None), ""
    if form.is_bound and form.is_valid():
        try:
            _invitation, token = inviting.make(by=person(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            form, link = InvitationForm(), _address(request, token)
    context = {
        "form": form,
        "link": link,
        "invitations": inviting.listed(Invitation.objects.for_user(request.user)),
        "sign_up": settings.SIGN_UP,
    }
    return render(request, "accounts/invitations.html", context, status=422 if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Let it let nobody in; one that has ended already is no error."""
    invitation = get_object_or_404(Invitation.objects.for_user(request.user), pk=invitation_id)
    inviting.withdraw(invitation, by=person(request))
    return redirect("invitations")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Says what the link is; POST leads to the sign-up, which from then on knows of it. One that has ended
    answers 410 and says why."""
    found = inviting.find(token)
    if found is None:
        if not inviting.is_ours(token) and throttling.is_guessing(request):
            return throttling.too_many(request)
        raise Http404
    if request.method != "POST" or found.ended or request.user.is_authenticated:
        status = 410 if found.ended else 200
        return render(request, "accounts/invitation.html", {"found": found}, status=status)
    inviting.remember(request, found.invitation)
    return redirect("account_signup")


def _insist(request: HttpRequest) -> None:
    """Raises Http404."""
    if not may_invite(request.user):
        raise Http404


def _address(request: HttpRequest, token: str) -> str:
    origin = settings.PUBLIC_URL or request.build_absolute_uri("/")[:-1]
    return f"{origin}{reverse('invitation', args=[token])}"
