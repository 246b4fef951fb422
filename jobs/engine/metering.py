"""What is sent is counted, by day, person and capability; the day's cap is kept by these books."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import F, Sum
from django.utils import timezone

from accounts.models import Account
from jobs.engine.pacing import Caps
from jobs.models import Attempt, Job, Refresh, Usage, in_seconds

State = Job.State
# For so long an unsure job takes a place: TMP may be at work on it.
UNSURE_SECONDS = settings.UNSURE_SECONDS
NO_CAP = 1_000_000


def today() -> date:
    """The day in the portal's time zone, at whose end the day's cap begins anew."""
    return timezone.localdate()


def used_on(account: Account, day: date) -> int:
    """How many calls of that day count."""
    return Usage.objects.filter(account=account, day=day).aggregate(sum=Sum("calls"))["sum"] or 0


def room_on(day: date, account: Account, caps: Caps) -> int:
    """How many more jobs may be sent on that day."""
    return caps.per_day - used_on(account, day) if caps.per_day else NO_CAP


def at_tmp(account: Account) -> int:
    """How many jobs are on their way or at TMP; what became unsure just now may be there too."""
    mine = Job.objects.filter(account=account)
    sending = mine.filter(state=State.SUBMITTING).count()
    unsure = mine.filter(state=State.UNSURE, changed_at__gt=in_seconds(-UNSURE_SECONDS)).count()
    return sending + unsure + Refresh.objects.filter(account=account).count()


def room_at_tmp(account: Account, caps: Caps) -> int:
    """How many more jobs may be sent until one of those at TMP ends."""
    return caps.in_flight - at_tmp(account) if caps.in_flight else NO_CAP


def sent(job: Job, attempt: Attempt) -> None:
    """A CreateJob is about to leave, under the lock of the account's limits."""
    _add(job, attempt.counted_on, calls=1)


def not_accepted(job: Job, attempt: Attempt) -> None:
    """Surely nothing came of the call: its day gets it back, once; never what was proved to be accepted."""
    # There is no row of an attempt whose taking was rolled back: nothing was counted.
    rows = Attempt.objects.filter(pk=attempt.pk).exclude(outcome=Attempt.Outcome.ACCEPTED)
    day = rows.values_list("counted_on", flat=True).first()
    given_back = rows.exclude(counted_on=None).update(counted_on=None)
    if given_back:
        _add(job, day, calls=-1)


def accepted(job: Job, attempt: Attempt) -> None:
    """TMP has it, once however often that is proved; also what comes too late to move the job is a song."""
    proved = Attempt.objects.filter(pk=attempt.pk).exclude(outcome=Attempt.Outcome.ACCEPTED)
    if not proved.update(outcome=Attempt.Outcome.ACCEPTED):
        return
    length = job.source_seconds
    _add(job, attempt.counted_on, songs=1, seconds=length or 0.0, unmeasured=int(length is None))


def _add(job: Job, day: date | None, **more: float) -> None:
    row: dict[str, Any] = {
        "account_id": job.account_id,
        "user_id": job.owner_id,
        "capability": job.capability,
        "day": day or today(),
    }
    Usage.objects.get_or_create(**row)
    Usage.objects.filter(**row).update(**{name: F(name) + value for name, value in more.items()})
