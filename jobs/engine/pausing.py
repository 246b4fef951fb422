"""Stops a whole account, when TMP's answer to one job says something about all of them."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Account
from jobs.models import Job, Limits, Refresh
from jobs.storable import storable


@transaction.atomic
def pause_account(account: Account, *, words: str) -> None:
    """Nothing more is sent in the name of `account` until a person resumes it: its keys were refused."""
    Account.objects.filter(pk=account.pk, paused_because="").update(paused_because=storable(words)[:2000])
    Refresh.objects.filter(account=account).update(due_at=None)


@transaction.atomic
def resume_account(account: Account) -> int:
    """Let the account's jobs go on at once; says how many were waiting."""
    Account.objects.filter(pk=account.pk).update(paused_because="")
    Limits.objects.filter(pk=account.pk).update(next_call_at=None, taught_until=None)
    queued = Job.objects.filter(account=account, state=Job.State.QUEUED)
    # Jobs before their questions, as everybody locks.
    queued.lock()
    waiting = queued.update(due_at=Now(), unanswered=0)
    return waiting + Refresh.objects.filter(account=account).update(due_at=Now(), unanswered=0, refused=0)
