"""allauth's OpenID Connect, insisting on what it leaves open: the issuer's own name, signature and nonce."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.oidc.proving import PERSON, PROVIDER, claims_of, nonce_of

# What is kept of a person besides who they are there.
KEPT = ("iss", "sub", "preferred_username", "name")


class NonceClient(OAuth2Client):  # type: ignore[misc]
    """Sends the nonce along that the answer must carry."""

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, str]) -> str:
        """The address that the person's browser goes to."""
        nonce = {"nonce": nonce_of(str(self.state))}
        return str(super().get_redirect_url(authorization_url, scope, {**extra_params, **nonce}))


class OidcAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """One sign-in, from the issuer's description of itself to a person."""

    client_class = NonceClient

    @property
    def openid_config(self) -> dict[str, Any]:
        """The issuer's description of itself. Raises OAuth2Error when it calls itself by another name."""
        try:
            config: dict[str, Any] = super().openid_config
            is_itself = config["issuer"] == settings.OIDC["issuer"]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise OAuth2Error("The issuer does not describe itself.") from error
        if not is_itself:
            raise OAuth2Error("The issuer calls itself by another name than TMPPORTAL_OIDC_ISSUER.")
        return config

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Who came back. Raises OAuth2Error unless the issuer proves it for this sign-in."""
        with get_adapter().get_requests_session() as session:
            # nosemgrep: redirect-followed  (this session takes redirects for errors)
            keys = session.get(self.openid_config["jwks_uri"])
            keys.raise_for_status()
        claims = claims_of(
            kwargs["response"].get("id_token"),
            keys=keys.json(),
            issuer=settings.OIDC["issuer"],
            client_id=app.client_id,
            nonce=nonce_of(request.GET.get("state", "")),
        )
        kept = {name: str(claims[name]) for name in KEPT if name in claims}
        who = hashlib.sha256(f"{claims['iss']}\n{claims['sub']}".encode()).hexdigest()
        return self.get_provider().sociallogin_from_response(request, {"id_token": {**kept, PERSON: who}})

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Where the issuer sends people back to: the portal's own address, whatever a Host header says."""
        path = reverse("oidc_callback")
        return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


class OidcProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """The one issuer."""

    id = PROVIDER
    oauth2_adapter_class = OidcAdapter
    pkce_enabled_default = True

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        """Takes a POST only."""
        return reverse("oidc_begin")

    def get_callback_url(self) -> str:
        """As a path."""
        return reverse("oidc_callback")

    def get_default_scope(self) -> list[str]:
        """Who somebody is and what they are called; no address of theirs."""
        return ["openid", "profile"]


provider_classes = [OidcProvider]
