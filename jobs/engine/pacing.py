"""How fast an account may call: what a person allows, what the gateway taught, and outages."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest, Now

from accounts.models import Account
from jobs.models import Limits, in_seconds

# Calls that may leave at once after a rest.
BURST = 5
BURST_SECONDS = 0.5
TAUGHT_SECONDS = 120.0
SILENCE_SECONDS, LONGEST_SILENCE_SECONDS = 1.0, 300.0
SLOWEST_PER_SECOND = 0.2
# The pace that is halved where nobody set one.
ASSUMED_PER_SECOND = 10.0
FAILURES = 3


@dataclass(frozen=True, kw_only=True)
class Caps:
    """What holds for one account now; 0 means no limit."""

    per_second: float
    in_flight: int
    per_day: int
    is_stopped: bool


def caps_of(account: Account, limits: Limits | None) -> Caps:
    """The account's own caps, else the portal's defaults; a sandbox has none by default.

    `limits` come from Limits.objects.current().
    """
    polite = not account.is_sandbox
    own = limits or Limits(account=account)
    per_second = _chosen(own.calls_per_second, settings.CALLS_PER_SECOND if polite else 0.0)
    taught: float | None = getattr(limits, "taught", None)
    if taught is not None:
        per_second = min(per_second, taught) if per_second else taught
    return Caps(
        per_second=per_second,
        in_flight=_chosen(own.jobs_in_flight, settings.JOBS_IN_FLIGHT if polite else 0),
        per_day=_chosen(own.jobs_per_day, settings.JOBS_PER_DAY if polite else 0),
        is_stopped=own.stopped_at is not None,
    )


def locked(account: Account) -> Limits:
    """The account's limits, locked until the transaction ends."""
    if not Limits.objects.filter(pk=account.pk).exists():
        Limits.objects.bulk_create([Limits.objects.begun(account)], ignore_conflicts=True)
    return Limits.objects.current().select_for_update(of=("self",)).get(pk=account.pk)


def grant(account: Account, wanted: int) -> int:
    """How many of `wanted` calls may leave now; those are taken off the account's allowance.

    In the caller's transaction, on the account's Limits row and by database time, so that any number of
    workers share one allowance. The rule is the generic cell rate: after a rest a burst may leave at once.
    """
    limits = locked(account)
    rate = caps_of(account, limits).per_second
    ahead = _seconds_until(account, limits.next_call_at)
    if not rate:
        return 0 if ahead > 0 else wanted
    granted = max(0, min(wanted, int(_burst(rate) - max(0.0, ahead) * rate)))
    if granted:
        step = timedelta(seconds=granted / rate)
        Limits.objects.filter(pk=account.pk).update(next_call_at=_later_of("next_call_at", Now()) + step)
    return granted


def hold(account: Account, *, seconds: float | None) -> None:
    """The gateway counted too many calls: nobody calls for a while, and then half as often.

    What comes back during the silence had left before it, and does not halve the pace once more.
    """
    limits = locked(account)
    rate = caps_of(account, limits).per_second or settings.CALLS_PER_SECOND or ASSUMED_PER_SECOND
    if _seconds_until(account, limits.taught_until) <= TAUGHT_SECONDS:
        rate = max(rate / 2, SLOWEST_PER_SECOND)
    silence = min(max(seconds or 0.0, SILENCE_SECONDS), LONGEST_SILENCE_SECONDS)
    # So far ahead that the silence ends with one call, not with a burst in its midst.
    ahead = in_seconds(silence + (_burst(rate) - 1) / rate)
    Limits.objects.filter(pk=account.pk).update(
        next_call_at=_later_of("next_call_at", ahead),
        taught_per_second=rate,
        taught_until=_later_of("taught_until", in_seconds(silence + TAUGHT_SECONDS)),
    )


@transaction.atomic
def teach(account: Account, per_second: float) -> None:
    """The gateway named its limit in a header: stay below it. A slower pace that was learned a moment ago
    holds on until its time is over."""
    locked(account)
    is_slower = Q(taught_until__gt=Now(), taught_per_second__lt=per_second)
    Limits.objects.filter(pk=account.pk).exclude(is_slower).update(
        taught_per_second=per_second, taught_until=in_seconds(TAUGHT_SECONDS)
    )


def limit_in(header: str) -> float | None:
    """Calls a second in `X-Service-RateLimit`, `remaining/limit` (client: apigw-notes); None in other words.

    That the second number counts per second is assumed.
    """
    _, slash, limit = header.partition("/")
    return float(limit) if slash and limit.strip().isdecimal() and float(limit) > 0 else None


@dataclass
class Breaker:
    """Whether an endpoint answers. After FAILURES failures in a row it is open, and only probes leave."""

    failures: int = 0
    # Whether the last failure cannot have been heard by TMP.
    is_harmless: bool = True
    probed: float = field(default=float("-inf"))

    @property
    def is_open(self) -> bool:
        return self.failures >= FAILURES

    def note(self, *, answered: bool, is_harmless: bool = True) -> bool:
        """Write down one call; says whether it ended an outage."""
        was_open = self.is_open
        self.failures = 0 if answered else self.failures + 1
        self.is_harmless = is_harmless
        return was_open and answered

    def may_probe(self, every: float) -> bool:
        """Whether the next probe is due, `every` seconds after the last one; the asker then makes it."""
        now = time.monotonic()
        if now - self.probed < every:
            return False
        self.probed = now
        return True


def _burst(rate: float) -> float:
    return max(BURST, rate * BURST_SECONDS)


def _seconds_until(account: Account, moment: datetime | None) -> float:
    now: datetime = Limits.objects.filter(pk=account.pk).values_list(Now(), flat=True).get()
    return ((moment or now) - now).total_seconds()


def _later_of(name: str, moment: Any) -> Any:
    # SQLite's greatest of anything and NULL is NULL.
    return Greatest(Coalesce(F(name), moment), moment)


def _chosen(own: Any, default: Any) -> Any:
    return default if own is None else own
