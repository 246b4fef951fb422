"""Where the portal demands a second step, whoever signed in by a password alone can only set one up.

Whoever came in by the issuer is the issuer's business: it may ask for as many steps as it likes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.middleware import whole_page

OFFERED, DEMANDED = "offered", "demanded"
# What signing in asks for after the password. Recovery codes come with one of these and are none themselves.
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SETS_ONE_UP = "mfa_index"
# Names of addresses; beside them only what answers everybody.
OPEN = (SETS_ONE_UP, "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "account_logout")
LOST = _("What you sent last was not kept: this portal asks for a second step first.")
AGAIN = _("Sign in again: this portal asks for the second step, too.")


class SecondStepFirst:
    """Middleware, before the one that leads to the sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        """Pages for everybody ask by themselves, those that show a person more than a stranger."""
        if not getattr(view_func, "login_required", True) or not lacks(request):
            return None
        if is_mfa_enabled(request.user, STEPS):
            # It was set up after this session began, which may be of somebody who knows the password only.
            logout(request)
            messages.info(request, AGAIN)
            return None
        match = request.resolver_match
        return None if match and match.view_name in OPEN else lead_on(request)


def lacks(request: HttpRequest) -> bool:
    """Whether this person is signed in by less than the portal demands."""
    if settings.SECOND_STEP != DEMANDED or not request.user.is_authenticated:
        return False
    taken = {record["method"] for record in get_authentication_records(request, request.user)}
    if "socialaccount" in taken:
        return False
    return "mfa" not in taken or not is_mfa_enabled(request.user, STEPS)


def lead_on(request: HttpRequest) -> HttpResponse:
    """To the page on which a second step is set up; a form that was sent is said to be lost."""
    if request.method not in ("GET", "HEAD"):
        messages.warning(request, LOST)
    return whole_page(request, redirect(SETS_ONE_UP))


@receiver(authenticator_added, dispatch_uid="second_step.take")
def take(request: HttpRequest, user: Any, authenticator: Authenticator, **kwargs: Any) -> None:
    """Whoever sets a second step up has taken it: the portal has just seen it work."""
    if authenticator.type in STEPS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
