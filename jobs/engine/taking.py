"""Takes queued jobs for sending, as many as the account's limits let: row, lease and fence first."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts import clients
from accounts.encryption import CannotOpen
from accounts.models import Account
from jobs.engine import metering, pacing, wire
from jobs.engine.submitting import CANNOT_OPEN, UNFIT, NotSent, Submission
from jobs.models import Attempt, Job, Refresh
from tencent.errors import Unreachable

State = Job.State


def ready_accounts() -> list[Any]:
    """Keys of the accounts that have a job to send now."""
    return list(Job.objects.ready().order_by().values_list("account", flat=True).distinct())


def take(account: Account, most: int) -> list[Submission]:
    """QUEUED -> SUBMITTING for up to `most` jobs of the account, the longest waiting first, committed.

    The account's Limits row is locked meanwhile, so that no two workers together take more than it allows.
    """
    if most <= 0:
        return []
    taken: list[tuple[Job, Attempt, str]] = []
    with transaction.atomic():
        limits = pacing.locked(account)
        caps = pacing.caps_of(account, limits)
        room = min(most, _room_at_tmp(account, caps), metering.room_today(account, caps))
        if caps.is_stopped or room <= 0:
            return []
        rows = Job.objects.ready().filter(account=account).select_for_update(skip_locked=True, of=("self",))
        jobs = list(rows.order_by("created_at", "position", "pk")[:room])
        for job in jobs[: pacing.grant(account, len(jobs))] if jobs else ():
            token = secrets.token_urlsafe(32)
            if job.move(State.QUEUED, State.SUBMITTING, lease=settings.LEASE_SECONDS, note="taken"):
                metering.sent(job)
                taken.append((job, wire.new_attempt(job, token), token))
    return [_prepare(job, account, attempt, token) for job, attempt, token in taken]


def _room_at_tmp(account: Account, caps: pacing.Caps) -> int:
    """How many more jobs the account may have on their way or at TMP; what is unsure may be there too."""
    if not caps.in_flight:
        return 1_000_000
    sending = Job.objects.filter(account=account, state__in=(State.SUBMITTING, State.UNSURE)).count()
    return caps.in_flight - sending - Refresh.objects.filter(account=account).count()


def _prepare(job: Job, account: Account, attempt: Attempt, token: str) -> Submission:
    # The one at hand: from here on it may be deleted, and its jobs with it.
    job.account = account
    try:
        request = wire.request_for(
            job,
            destination=attempt.destination,
            custom_id=wire.custom_id(job, attempt),
            callback=wire.callback_url(job, token),
        )
        gateway = clients.gateway_for(account)
    except (KeyError, TypeError, ValueError) as error:
        trouble = NotSent(kind=UNFIT, words=type(error).__name__, for_good=True)
        return Submission(job=job, attempt=attempt, trouble=trouble)
    except CannotOpen:
        return Submission(job=job, attempt=attempt, trouble=NotSent(kind=CANNOT_OPEN))
    except Unreachable as error:
        return Submission(job=job, attempt=attempt, trouble=error)
    return Submission(job=job, attempt=attempt, gateway=gateway, request=request)
