"""The way to the issuer and back."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from accounts import second_step, throttling
from accounts.oidc.calling import insist_on_safe
from accounts.oidc.provider import OidcAdapter, OidcProvider


@login_not_required
@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A page that leads on to the issuer by itself.

    A redirect would be part of sending the form, and browsers hold that to the policy's form-action, wherever
    an issuer sends people on to.
    """
    provider = _provider(request)
    if second_step.lacks(request):
        return second_step.lead_on(request)
    if throttling.is_leaving_too_often(request):
        return throttling.too_many(request)
    try:
        answer = provider.redirect_from_request(request)
        insist_on_safe(answer["Location"])
    except (OAuth2Error, RequestException) as error:
        return _failed(request, provider, error)
    context = {"address": answer["Location"], "name": provider.name}
    return render(request, "socialaccount/leaving.html", context)


@login_not_required
@never_cache
@require_safe
@sensitive_variables()
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the issuer: signed in, asked for a name, connected, or told that it did not work."""
    provider = _provider(request)
    if second_step.lacks(request):
        # Or a second login would open this one, by less than is demanded.
        return second_step.lead_on(request)
    view: Any = OAuth2CallbackView.adapter_view(OidcAdapter(request, provider.app.provider_id))
    try:
        answer: HttpResponse = view(request)
    except (OAuth2Error, RequestException) as error:
        return _failed(request, provider, error)
    return answer


def _provider(request: HttpRequest) -> OidcProvider:
    """Raises Http404 where no issuer is set."""
    if not settings.OIDC["issuer"]:
        raise Http404
    provider: OidcProvider = get_adapter().get_provider(request, OidcProvider.id)
    return provider


def _failed(request: HttpRequest, provider: OidcProvider, error: Exception) -> HttpResponse:
    answer: HttpResponse = render_authentication_error(request, provider, exception=error)
    return answer
