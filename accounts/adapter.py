"""How sign-in differs here from allauth's defaults."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.translation import ngettext_lazy

# Django's own sentence: its Chinese catalogue lacks it, and ours translates only what stands in our code.
PASSWORD_TOO_SHORT = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)


class PortalAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed unless a setting opens it; there is no mail server to rely on."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGN_UP_OPEN)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the portal: the form again would look as if nothing had happened."""
        return resolve_url(settings.LOGIN_REDIRECT_URL)
