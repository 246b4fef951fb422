"""How sign-in differs here from allauth's defaults."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class PortalAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed unless a setting opens it; there is no mail server to rely on."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGN_UP_OPEN)
