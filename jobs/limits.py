"""How much an account may send: its caps, its stop, its prices, and how it stands against them now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from accounts.auditing import note
from accounts.models import Account, AuditEntry
from jobs.engine import metering, pacing
from jobs.engine.pacing import Caps
from jobs.models import Job, Limits, Price, Refresh

Deed = AuditEntry.Deed
State = Job.State
CAPS = ("calls_per_second", "jobs_in_flight", "jobs_per_day")


class Hold(StrEnum):
    """Why a queued job is not sent now although its account is in use."""

    STOPPED = "stopped"
    PAUSED = "paused"
    DAY_FULL = "day_full"
    TMP_FULL = "tmp_full"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An account against its caps: `used` calls count today, `at_tmp` jobs are there or on their way."""

    limits: Limits
    caps: Caps
    used: int
    at_tmp: int


def standing(account: Account) -> Standing:
    """How the account stands now."""
    limits = Limits.objects.of(account)
    return Standing(
        limits=limits,
        caps=pacing.caps_of(account, limits),
        used=metering.used_on(account, metering.today()),
        at_tmp=metering.at_tmp(account),
    )


def hold(account: Account) -> tuple[Hold | None, Standing]:
    """What keeps the account's queued jobs from being sent, if anything does."""
    now = standing(account)
    caps = now.caps
    if caps.is_stopped:
        return Hold.STOPPED, now
    if account.paused_because:
        return Hold.PAUSED, now
    if caps.per_day and now.used >= caps.per_day:
        return Hold.DAY_FULL, now
    if _is_silent(account):
        return Hold.SILENT, now
    if caps.in_flight and now.at_tmp >= caps.in_flight:
        return Hold.TMP_FULL, now
    return None, now


@transaction.atomic
def stop(account: Account, *, by: User) -> int | None:
    """Send nothing new in its name from the moment this is committed; jobs at TMP are followed to their end.

    Says how many calls are on the wire already, None when it was stopped before.
    """
    pacing.locked(account)
    if not Limits.objects.filter(pk=account.pk, stopped_at=None).update(stopped_at=Now()):
        return None
    note(Deed.STOPPED, account=account, user=by)
    return Job.objects.filter(account=account, state=State.SUBMITTING).count()


@transaction.atomic
def go_on(account: Account, *, by: User) -> bool:
    """Send again; says whether it was stopped."""
    pacing.locked(account)
    stopped = Limits.objects.filter(pk=account.pk).exclude(stopped_at=None)
    done = stopped.update(stopped_at=None) == 1
    if done:
        note(Deed.WENT_ON, account=account, user=by)
    return done


@transaction.atomic
def change(account: Account, *, by: User, caps: Mapping[str, Any]) -> bool:
    """Set the account's own caps (None: the portal's default, 0: no limit); says whether any changed."""
    before = pacing.locked(account)
    changed = {name: caps[name] for name in CAPS if getattr(before, name) != caps[name]}
    if changed:
        Limits.objects.filter(pk=account.pk).update(**changed)
        told = [f"{name}: {_said(getattr(before, name))} → {_said(value)}" for name, value in changed.items()]
        note(Deed.LIMITED, account=account, user=by, limits=told)
    return bool(changed)


@transaction.atomic
def put_price(account: Account, *, by: User, capability: str, price: Mapping[str, Any]) -> None:
    """Note what `by` says that a capability costs, in place of what was said before."""
    values = {**price, "typed_by": by, "typed_at": Now()}
    row, _ = Price.objects.update_or_create(account=account, capability=capability, defaults=values)
    told = {"capability": capability, "price": str(row), "source": row.source}
    note(Deed.PRICED, account=account, user=by, **told)


@transaction.atomic
def drop_price(price: Price, *, by: User) -> None:
    """Tell no more money for its capability."""
    account, told = price.account, {"capability": price.capability, "price": str(price)}
    if Price.objects.filter(pk=price.pk).delete()[0]:
        note(Deed.UNPRICED, account=account, user=by, **told)


def _said(value: float | None) -> str:
    return "default" if value is None else f"{value:g}"


def _is_silent(account: Account) -> bool:
    """Whether its service left several questions, or the last sending, without an answer."""
    asked = Refresh.objects.filter(account=account, unanswered__gte=pacing.FAILURES)
    waiting = Job.objects.filter(account=account, state=State.QUEUED, unanswered__gt=0)
    return asked.exists() or waiting.filter(error_kind="Unreachable").exists()
