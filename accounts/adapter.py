"""How sign-in differs here from allauth's defaults."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts import inviting, throttling
from accounts.endpoints import Text

# Django's own sentences: its Chinese catalogue lacks the first and is less polite than ours in the others,
# and ours translates only what stands in our code.
PASSWORD_SENTENCES = (
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
    ),
    gettext_lazy("Your password can’t be too similar to your other personal information."),
    gettext_lazy("Your password can’t be a commonly used password."),
    gettext_lazy("Your password can’t be entirely numeric."),
)


# Stands for everybody whose address is not known: a web server that listens on a Unix socket names none.
NOWHERE = "0.0.0.0"  # noqa: S104  (nothing listens there)


class PortalAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """TMPPORTAL_SIGN_UP says who may make a login; there is no mail server to rely on."""

    error_messages: Mapping[str, Text] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("The user name or the password is wrong."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return inviting.lets_in(request)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Make the login and use the invitation up, both or neither. Raises ImmediateHttpResponse."""
        with transaction.atomic():
            made: User = super().save_user(request, user, form, commit)
            is_from_issuer = settings.OIDC["may_sign_up"] and hasattr(form, "sociallogin")
            if not inviting.use(request, made) and not is_from_issuer:
                raise ImmediateHttpResponse(redirect("account_signup"))
        return made

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the portal: the form again would look as if nothing had happened."""
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where the request came from, as far as TMPPORTAL_PROXIES lets anybody say so."""
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured:
            # It came past the proxies, whose marks are missing.
            return str(request.META.get("REMOTE_ADDR") or NOWHERE)
        except PermissionDenied:
            return NOWHERE

    def is_safe_url(self, url: str) -> bool:
        """Whether somebody may be led there; not to what is no address at all, over which allauth falls."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Before the password is hashed: is it tried too often? Raises ImmediateHttpResponse."""
        usage = throttling.count_password(request, credentials.get("username") or "")
        if usage is None:
            raise ImmediateHttpResponse(throttling.too_many(request))
        # allauth takes the count back once the password proves right.
        self._login_failed_rl_usage = usage
