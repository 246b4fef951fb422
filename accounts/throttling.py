"""How often passwords and links may be guessed: counted over all web processes, before a password is hashed.

Counted are tries of a person's name from one address, and of all names from it: whoever guesses locks nobody
out elsewhere. Codes of a second step, which only somebody with the password can guess, are counted by person
(ACCOUNT_RATE_LIMITS).
"""

from __future__ import annotations

from allauth.core.internal.ratelimit import RateLimitUsage, consume, get_ip
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# The longer ones slow down who comes back whenever the shorter ones let go.
RATES = {
    "password": "5/5m/key,20/h/key,10/m/ip,60/h/ip",
    # Links that lead to a result or invite somebody: made-up ones, never those that the portal gave out.
    "link": "20/m/ip",
    # Each way to the issuer costs a call there.
    "issuer": "20/m/ip",
}
RETRY_AFTER_SECONDS = 300


def count_password(request: HttpRequest, name: str) -> RateLimitUsage | None:
    """Count one try of a password for `name`, to be rolled back if right; None if there were too many."""
    key = f"{name.strip().lower()}\n{get_ip(request)}"
    # First look, then count: tries of one name that are refused must not use up those of the whole address.
    is_open = _consume(request, "password", key=key, dry_run=True)
    return _consume(request, "password", key=key) if is_open else None


def is_guessing(request: HttpRequest) -> bool:
    """Count one link that the portal never gave out; whether there were too many from this address."""
    return _consume(request, "link") is None


def is_leaving_too_often(request: HttpRequest) -> bool:
    """Count one way to the issuer; whether there were too many from this address."""
    return _consume(request, "issuer") is None


def too_many(request: HttpRequest) -> HttpResponse:
    """The page that says so; also allauth's, as `handler429` of the addresses."""
    answer = render(request, "429.html", status=429)
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    answer["Cache-Control"] = "no-store"
    return answer


def _consume(request: HttpRequest, action: str, **which: str | bool) -> RateLimitUsage | None:
    usage: RateLimitUsage | None = consume(
        request, app="accounts", action=action, config=RATES, limit_get=True, **which
    )
    return usage
