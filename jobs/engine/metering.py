"""Counts what is sent to TMP, by day, account, person and capability; the daily cap reads it."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Sum
from django.utils import timezone

from accounts.models import Account
from jobs.engine.pacing import Caps
from jobs.models import Job, Usage


def room_today(account: Account, caps: Caps) -> int:
    """How many more jobs may be sent today, in the portal's time zone."""
    if not caps.per_day:
        return 1_000_000
    rows = Usage.objects.filter(account=account, day=timezone.localdate())
    return caps.per_day - (rows.aggregate(sum=Sum("calls"))["sum"] or 0)


def sent(job: Job) -> None:
    """A CreateJob is about to leave, under the lock of the account's limits."""
    Usage.objects.get_or_create(**_row(job))
    Usage.objects.filter(**_row(job)).update(calls=F("calls") + 1)


def not_accepted(job: Job) -> None:
    """Surely nothing came of the call: it does not count."""
    # Of the day it was sent on, which may have been yesterday.
    newest = Usage.objects.filter(**_key(job), calls__gt=0).order_by("-day").first()
    if newest:
        Usage.objects.filter(pk=newest.pk, calls__gt=0).update(calls=F("calls") - 1)


def accepted(job: Job) -> None:
    """TMP has the job."""
    Usage.objects.get_or_create(**_row(job))
    length = job.source_seconds or 0.0
    Usage.objects.filter(**_row(job)).update(songs=F("songs") + 1, seconds=F("seconds") + length)


def _key(job: Job) -> dict[str, Any]:
    return {"account_id": job.account_id, "user_id": job.owner_id, "capability": job.capability}


def _row(job: Job) -> dict[str, Any]:
    return {**_key(job), "day": timezone.localdate()}
