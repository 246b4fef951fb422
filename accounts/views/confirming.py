"""Answers whether a person typed their password anew: keys and endings are behind it."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the password was confirmed within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds."""
    try:
        _insist(request)
    except ReauthenticationRequired:
        return False
    return True


def confirm_first(back: str) -> HttpResponseRedirect:
    """To the page that asks for the password, and from there to `back`.

    allauth's own way keeps the request in the session and plays it again as the password's answer: then keys
    would stand under the address of the password page, and cookies in the session.
    """
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")


@reauthentication_required  # type: ignore[untyped-decorator]
def _insist(request: HttpRequest) -> None:
    """Raises ReauthenticationRequired."""
