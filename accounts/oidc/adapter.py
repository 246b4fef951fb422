"""Who may come in with a login from elsewhere, and how the issuer is asked."""

from __future__ import annotations

import logging
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from accounts.oidc.calling import BoundedSession
from accounts.oidc.proving import PERSON, PROVIDER

log = logging.getLogger(__name__)


class PortalSocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Nobody is taken for somebody who is here already because of a name: people connect the two themselves,
    after signing in by their password."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whoever the issuer lets in, if a setting says so; else as for everybody."""
        return bool(settings.OIDC["may_sign_up"] or super().is_open_for_signup(request, sociallogin))

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """The new login with its connection, both or neither."""
        with transaction.atomic():
            user: User = super().save_user(request, sociallogin, form)
        return user

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Always by the form: people choose their name and password here themselves."""
        return False

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The one of the settings; none that somebody could put into the database."""
        known = settings.OIDC
        if not known["issuer"] or provider not in (None, PROVIDER):
            return []
        named = {name: known[name] for name in ("name", "client_id")}
        app = SocialApp(provider=PROVIDER, provider_id=PROVIDER, secret=known["client_secret"], **named)
        app.settings = {"server_url": known["issuer"], "uid_field": PERSON}
        return [app]

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SocialApp:
        """The one of the settings; where it was taken out, one that opens nothing, so that what somebody
        connected to it can still be ended."""
        if provider == PROVIDER and not settings.OIDC["issuer"]:
            return SocialApp(provider=PROVIDER, provider_id=PROVIDER, name=settings.OIDC["name"])
        return super().get_app(request, provider, client_id)

    def get_requests_session(self) -> BoundedSession:
        """Everything that is asked of the issuer goes through it."""
        return BoundedSession()

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        """Tell the operator why; the person learns only that it did not work."""
        log.warning("sign-in by %s failed: %s %s", provider.name, error, _reason(exception))


def _reason(exception: Exception | None) -> str:
    """Its own words only where they are ours: those of others may quote what a server said."""
    if exception is None:
        return ""
    is_ours = type(exception).__module__.startswith("accounts.") or str(exception).startswith("The i")
    return str(exception) if is_ours else type(exception).__name__
