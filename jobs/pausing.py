"""Stops or slows a whole account, when TMP's answer to one job says something about all of them."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Account
from jobs.models import Job, in_seconds
from jobs.polling import LONGEST_SECONDS
from jobs.storable import storable

_WAITING = (Job.State.QUEUED, *Job.REFRESHED)
_SLOW_SECONDS = 10.0


def pause_account(account: Account, *, words: str) -> None:
    """Nothing more is sent in the name of `account` until a person resumes it: its keys were refused."""
    Account.objects.filter(pk=account.pk, paused_because="").update(paused_because=storable(words)[:2000])


@transaction.atomic
def resume_account(account: Account) -> int:
    """Let the account's jobs go on at once; says how many were waiting."""
    Account.objects.filter(pk=account.pk).update(paused_because="")
    return Job.objects.filter(account=account, state__in=_WAITING).update(refresh_at=Now(), unanswered=0)


def slow_account(account: Account, *, seconds: float | None) -> None:
    """Nobody asks in the name of `account` for a while: the gateway counted too many calls."""
    until = in_seconds(min(seconds if seconds is not None else _SLOW_SECONDS, LONGEST_SECONDS))
    waiting = Job.objects.filter(account=account, state__in=_WAITING)
    waiting.filter(refresh_at__lt=until).update(refresh_at=until)
    waiting.filter(state=Job.State.QUEUED, refresh_at=None).update(refresh_at=until)
