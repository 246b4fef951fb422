"""How long jobs, and what TMP answered about them, are kept: the oldest go, a few at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from jobs.counting import ENDED
from jobs.models import Attempt, Counted, GatewayExchange, Job, remove

# Jobs of one account in one step; the next one goes on.
AT_ONCE = 500


def tidy(*, at_once: int = AT_ONCE) -> int:
    """Let go of what is older than the settings say, at most so many jobs of each account; how many."""
    return _let_jobs_go(at_once) + _let_answers_go(at_once)


def _let_jobs_go(at_once: int) -> int:
    if not settings.KEEP_JOBS_DAYS:
        return 0
    cutoff = timezone.now() - timedelta(days=settings.KEEP_JOBS_DAYS)
    gone = 0
    # Only what was counted by day: charts keep it.
    for counted in Counted.objects.all():
        ended = Job.objects.filter(account=counted.account_id, state__in=ENDED)
        old = ended.filter(ended_at__lte=min(cutoff, counted.until))
        keys = list(old.order_by("ended_at").values_list("pk", flat=True)[:at_once])
        gone += remove(ended.filter(pk__in=keys)) if keys else 0
    return gone


def _let_answers_go(at_once: int) -> int:
    if not settings.KEEP_ANSWERS_DAYS:
        return 0
    cutoff = timezone.now() - timedelta(days=settings.KEEP_ANSWERS_DAYS)
    return sum(_let_answers_of(counted, cutoff, at_once) for counted in Counted.objects.all())


@transaction.atomic
def _let_answers_of(counted: Counted, cutoff: Any, at_once: int) -> int:
    """Results, history and files stay; TMP's own words and the addresses that it was told go.

    A marker says how far this came, so that a million jobs without answers are not looked at again.
    """
    since = Q(ended_at__gt=counted.answers_until) if counted.answers_until else Q()
    old = Job.objects.filter(since, account=counted.account_id, ended_at__lte=min(cutoff, counted.until))
    found: list[Any] = list(old.order_by("ended_at").values_list("pk", "ended_at")[:at_once])
    if not found:
        return 0
    last = found[-1][1]
    # Of several that ended at one moment none is passed over.
    keys = [*(pk for pk, _ in found), *old.filter(ended_at=last).values_list("pk", flat=True)]
    ended = Job.objects.filter(pk__in=keys, state__in=ENDED)
    GatewayExchange.objects.filter(job__in=ended).delete()
    Attempt.objects.filter(job__in=ended).update(called_about="", callback_token_hash="")
    ended.exclude(raw_answer=None).update(raw_answer=None)
    Counted.objects.filter(pk=counted.pk).update(answers_until=last)
    return len(found)
