"""Asks the database for the numbers of /metrics: sums that are kept anyway, and narrow indexes."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Now

from accounts.models import Account, Registration, Upload
from jobs.models import DayCount, Job, Limits, Refresh, Tally, Usage

# By name of the metric, by the values of its labels.
Numbers = dict[str, dict[tuple[str, ...], float]]


def numbers() -> Numbers:
    """Those of the database; raises a database error."""
    return {**_jobs(), **_questions(), **_usage(), **_accounts()}


def _jobs() -> Numbers:
    states = _summed(Tally.objects.all(), "state", Sum("delta"))
    ended = DayCount.objects.order_by().values_list("state", "error_kind").annotate(number=Sum("number"))
    queued = Job.objects.ready().exclude(account__limits__stopped_at__isnull=False)
    unsure = Job.objects.filter(state=Job.State.UNSURE)
    return {
        "tmpportal_jobs": {(state,): states.get((state,), 0) for state in Job.State.values},
        "tmpportal_queue_age_seconds": _age(queued, "created_at"),
        "tmpportal_unsure_age_seconds": _age(unsure, "changed_at"),
        "tmpportal_jobs_ended": {(state, kind): number for state, kind, number in ended},
    }


def _questions() -> Numbers:
    failing = {"unanswered": Q(unanswered__gt=0), "refused": Q(refused__gt=0), "held": Q(due_at=None)}
    found = Refresh.objects.aggregate(
        questions=Count("pk"),
        asked=Sum("asked", default=0),
        **{how: Count("pk", filter=rule) for how, rule in failing.items()},
    )
    by_endpoint = Refresh.objects.order_by().values("account__endpoint")
    all_fail = by_endpoint.annotate(all=Count("pk"), failed=Count("pk", filter=Q(unanswered__gt=0)))
    due = Refresh.objects.filter(due_at__lte=Now())
    return {
        "tmpportal_questions": {(): found["questions"]},
        "tmpportal_questions_asked": {(): found["asked"]},
        "tmpportal_questions_failing": {(how,): found[how] for how in failing},
        "tmpportal_questions_overdue_seconds": _age(due, "due_at"),
        "tmpportal_questions_stale_seconds": _age(Refresh.objects.exclude(due_at=None), "asked_at"),
        "tmpportal_endpoints_silent": {(): all_fail.filter(all=F("failed")).count()},
    }


def _usage() -> Numbers:
    rows = Usage.objects.order_by().values_list("capability")
    sums = list(rows.annotate(calls=Sum("calls"), songs=Sum("songs"), seconds=Sum("seconds")))
    return {
        "tmpportal_calls": {(key,): calls for key, calls, _, _ in sums},
        "tmpportal_songs": {(key,): songs for key, _, songs, _ in sums},
        "tmpportal_minutes": {(key,): seconds / 60 for key, _, _, seconds in sums},
    }


def _accounts() -> Numbers:
    usable = Account.objects.usable()
    stopped = Limits.objects.exclude(stopped_at=None).filter(account__in=usable)
    return {
        "tmpportal_accounts": {
            ("in_use",): usable.count(),
            ("paused",): usable.exclude(paused_because="").count(),
            ("stopped",): stopped.count(),
            ("disabled",): Account.objects.exclude(disabled_at=None).count(),
        },
        "tmpportal_registrations": _counted(Registration.objects.all(), Registration.State.values),
        "tmpportal_uploads": _counted(Upload.objects.all(), Upload.State.values),
    }


def _summed(rows: QuerySet[Any], name: str, number: Any) -> dict[tuple[str, ...], float]:
    found = rows.order_by().values_list(name).annotate(number=number)
    return {(value,): count for value, count in found}


def _counted(rows: QuerySet[Any], states: list[str]) -> dict[tuple[str, ...], float]:
    found = _summed(rows, "state", Count("pk"))
    return {(state,): found.get((state,), 0) for state in states}


def _age(rows: QuerySet[Any], name: str) -> dict[tuple[str, ...], float]:
    """Seconds since the earliest of these moments, by database time; 0 where there is none."""
    found = rows.exclude(**{name: None}).order_by(name).values_list(name, Now()).first()
    return {(): max(0.0, (found[1] - found[0]).total_seconds()) if found else 0.0}
