"""Takes queued jobs for sending, as many as the account's limits let: row, lease and fence first."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts import clients
from accounts.encryption import CannotOpen
from accounts.models import Account
from jobs.engine import metering, pacing, wire
from jobs.engine.submitting import CANNOT_OPEN, UNFIT, NotSent, Submission
from jobs.models import Job, Refresh, in_seconds
from tencent.errors import Unreachable

State = Job.State
# For so long an unsure job takes a place: TMP may be at work on it.
UNSURE_SECONDS = 600.0


def ready_accounts() -> list[Any]:
    """Keys of the accounts that have a job to send now."""
    return list(Job.objects.ready().order_by().values_list("account", flat=True).distinct())


def take(account: Account, most: int, taken: list[Submission]) -> None:
    """QUEUED -> SUBMITTING for up to `most` jobs of the account, the longest waiting first, committed.

    They are added to `taken`; when a database error ends this call, those there were surely not sent. The
    account's Limits row is locked meanwhile, so that no two workers together take more than it allows.
    """
    if most <= 0:
        return
    first = len(taken)
    tokens: list[str] = []
    with transaction.atomic():
        limits = pacing.locked(account)
        caps = pacing.caps_of(account, limits)
        room = min(most, _room_at_tmp(account, caps), metering.room_today(account, caps))
        if caps.is_stopped or room <= 0:
            return
        rows = Job.objects.ready().filter(account=account).select_for_update(skip_locked=True, of=("self",))
        jobs = list(rows.order_by("created_at", "position", "pk")[:room])
        for job in jobs[: pacing.grant(account, len(jobs))] if jobs else ():
            if job.move(State.QUEUED, State.SUBMITTING, lease=settings.LEASE_SECONDS, note="taken"):
                metering.sent(job)
                tokens.append(secrets.token_urlsafe(32))
                # The one at hand: from here on it may be deleted, and its jobs with it.
                job.account = account
                taken.append(Submission(job=job, attempt=wire.new_attempt(job, tokens[-1])))
    for number, token in enumerate(tokens, start=first):
        taken[number] = _prepared(taken[number], token)


def _room_at_tmp(account: Account, caps: pacing.Caps) -> int:
    """How many more jobs the account may have on their way or at TMP; what became unsure just now may be
    there too."""
    if not caps.in_flight:
        return 1_000_000
    mine = Job.objects.filter(account=account)
    sending = mine.filter(state=State.SUBMITTING).count()
    unsure = mine.filter(state=State.UNSURE, changed_at__gt=in_seconds(-UNSURE_SECONDS)).count()
    return caps.in_flight - sending - unsure - Refresh.objects.filter(account=account).count()


def _prepared(taken: Submission, token: str) -> Submission:
    """With keys and request, or with what is in the way."""
    job, attempt = taken.job, taken.attempt
    try:
        request = wire.request_for(
            job,
            destination=attempt.destination,
            custom_id=wire.custom_id(job, attempt),
            callback=wire.callback_url(job, token),
        )
        gateway = clients.gateway_for(job.account)
    except (KeyError, TypeError, ValueError) as error:
        return replace(taken, trouble=NotSent(kind=UNFIT, words=type(error).__name__, for_good=True))
    except CannotOpen:
        return replace(taken, trouble=NotSent(kind=CANNOT_OPEN))
    except Unreachable as error:
        return replace(taken, trouble=error)
    return replace(taken, gateway=gateway, request=request)
