"""Counts the jobs that ended, day by day and a little late, so that a move of a job costs nothing more."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Account
from jobs.models import Counted, DayCount, Job, in_seconds
from jobs.models.day_count import step_of

# A move is written down with the moment at which it began, and seen by others when its transaction ends.
LAG_SECONDS = 30.0
AT_ONCE = 5_000
ENDED = (*Job.FINAL, Job.State.GAVE_UP)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=timezone.get_fixed_timezone(0))

Kind = tuple[date, str, str, int]


def count_ended(*, lag: float = LAG_SECONDS) -> int:
    """Count what ended since the last time, up to AT_ONCE jobs of each account; says how many.

    A job that is deleted later, or asked about again, stays in the count of its day.
    """
    return sum(_count(account, lag) for account in _behind(lag))


def _behind(lag: float) -> QuerySet[Account]:
    """Accounts with an ended job that is not counted."""
    until = Subquery(Counted.objects.filter(account=OuterRef(OuterRef("pk"))).values("until"))
    ended = Job.objects.filter(
        account=OuterRef("pk"), ended_at__gt=Coalesce(until, _LONG_AGO), ended_at__lte=in_seconds(-lag)
    )
    return Account.objects.filter(Exists(ended))


@transaction.atomic
def _count(account: Account, lag: float) -> int:
    counted, _ = Counted.objects.get_or_create(account=account, defaults={"until": _LONG_AGO})
    jobs = Job.objects.filter(account=account, ended_at__gt=counted.until).order_by("ended_at")
    moments = jobs.filter(ended_at__lte=in_seconds(-lag)).values_list("ended_at", flat=True)
    last = moments[AT_ONCE - 1 : AT_ONCE].first() or moments.last()
    # Of several processes that read the same, one counts it.
    rows = Counted.objects.filter(account=account, until=counted.until)
    if last is None or not rows.update(until=last):
        return 0
    found = jobs.filter(ended_at__lte=last, state__in=ENDED)
    told: Any = found.values_list("created_at", "ended_at", "state", "error_kind")
    counts = Counter(_kind(*row) for row in told)
    _add(account, counts)
    return counts.total()


def _kind(created: datetime, ended: datetime, state: str, error_kind: str) -> Kind:
    took = step_of((ended - created).total_seconds()) if state == Job.State.COMPLETED else 0
    return timezone.localdate(ended), state, error_kind if state == Job.State.ERROR else "", took


def _add(account: Account, counts: Counter[Kind]) -> None:
    rows = [
        DayCount(account=account, day=day, state=state, error_kind=kind, took=took, number=number)
        for (day, state, kind, took), number in counts.items()
    ]
    known: dict[Any, int] = {
        (row.day, row.state, row.error_kind, row.took): row.number
        for row in DayCount.objects.filter(account=account, day__in={row.day for row in rows})
    }
    for row in rows:
        row.number += known.get((row.day, row.state, row.error_kind, row.took), 0)
    DayCount.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account", "day", "state", "error_kind", "took"],
        update_fields=["number"],
        batch_size=500,
    )
