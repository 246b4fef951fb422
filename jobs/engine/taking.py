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
from jobs.models import Job
from tencent.errors import Unreachable

State = Job.State


def ready_accounts() -> list[Any]:
    """Keys of the accounts that have a job to send now, and are not stopped by a person."""
    rows = Job.objects.ready().exclude(account__limits__stopped_at__isnull=False)
    return list(rows.order_by().values_list("account", flat=True).distinct())


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
        # Asked once: midnight must not fall between the cap and the count.
        day = metering.today()
        room = min(most, metering.room_at_tmp(account, caps), metering.room_on(day, account, caps))
        if caps.is_stopped or room <= 0:
            return
        rows = Job.objects.ready().filter(account=account).select_for_update(skip_locked=True, of=("self",))
        jobs = list(rows.order_by("created_at", "position", "pk")[:room])
        for job in jobs[: pacing.grant(account, len(jobs))] if jobs else ():
            if job.move(State.QUEUED, State.SUBMITTING, lease=settings.LEASE_SECONDS, note="taken"):
                tokens.append(secrets.token_urlsafe(32))
                attempt = wire.new_attempt(job, tokens[-1], day)
                metering.sent(job, attempt)
                # The one at hand: from here on it may be deleted, and its jobs with it.
                job.account = account
                taken.append(Submission(job=job, attempt=attempt))
    for number, token in enumerate(tokens, start=first):
        taken[number] = _prepared(taken[number], token)


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
