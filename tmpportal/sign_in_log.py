"""Writes down who signs in and out, who is refused, whose second step changes: never what was typed."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.signals import password_changed, password_set
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

log = logging.getLogger(__name__)

_OF_PEOPLE = {
    user_logged_in: "signed in",
    user_logged_out: "signed out",
    password_changed: "changed the password",
    password_set: "set a password",
}
_OF_FACTORS = {
    authenticator_added: "added a second step",
    authenticator_removed: "removed a second step",
    authenticator_reset: "made a second step anew",
    authenticator_used: "used a second step",
    authentication_failed: "was refused a second step",
}


def listen() -> None:
    """From now on these signals are lines of the log."""
    for signal in _OF_PEOPLE:
        signal.connect(_of_people, dispatch_uid=f"{__name__}.people")
    for signal in _OF_FACTORS:
        signal.connect(_of_factors, dispatch_uid=f"{__name__}.factors")
    user_login_failed.connect(_refused, dispatch_uid=f"{__name__}.refused")


def _of_people(signal: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    if user is not None:
        log.info("user %s %s, from %s", user.pk, _OF_PEOPLE[signal], _address(request))


def _of_factors(
    signal: Any, request: HttpRequest | None, user: Any, authenticator: Any, **kwargs: Any
) -> None:
    level = logging.WARNING if signal is authentication_failed else logging.INFO
    kind = getattr(authenticator, "type", "")
    log.log(level, "user %s %s (%s), from %s", user.pk, _OF_FACTORS[signal], kind, _address(request))


def _refused(request: HttpRequest | None = None, **kwargs: Any) -> None:
    # Not the name: people type passwords there.
    log.warning("a name with its password was refused, from %s", _address(request))


def _address(request: HttpRequest | None) -> str:
    """Where the request comes from, by the number of proxies that are trusted."""
    return str(get_adapter().get_client_ip(request)) if request else "the command line"
