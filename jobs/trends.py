"""How jobs ended over some days, how long they took, and why they failed; read from DayCount."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from jobs.models import DayCount, Job
from jobs.models.day_count import seconds_of

State = Job.State
# From the bottom of a bar to its top.
ENDINGS = (State.COMPLETED, State.ERROR, State.CANCELED, State.GAVE_UP)


@dataclass(frozen=True, kw_only=True)
class Day:
    """How many jobs ended on `day` in each state, and within how many seconds half of the completed ones did
    (`median`) and nine of ten (`p90`); None when there were none."""

    day: date
    numbers: dict[str, int]
    median: float | None
    p90: float | None

    @property
    def total(self) -> int:
        return sum(self.numbers.values())


@dataclass(frozen=True, kw_only=True)
class Trends:
    """Every day of the time, oldest first; the same over all of it; failures by error_kind, most first."""

    days: Sequence[Day]
    whole: Day
    failures: Sequence[tuple[str, int]]


def trends(accounts: Sequence[Any], days: int) -> Trends:
    """Of `accounts` (ids), for the last `days` days in the portal's time zone, today included."""
    today = timezone.localdate()
    first = today - timedelta(days=days - 1)
    counts = DayCount.objects.filter(account__in=accounts, day__gte=first).order_by()
    numbers: dict[date, Counter[str]] = defaultdict(Counter)
    lengths: dict[date, Counter[int]] = defaultdict(Counter)
    failures: Counter[str] = Counter()
    rows = counts.values_list("day", "state", "error_kind", "took").annotate(Sum("number"))
    for day, state, error_kind, took, number in rows:
        numbers[day][state] += number
        if state == State.COMPLETED:
            lengths[day][took] += number
        elif state == State.ERROR:
            failures[error_kind] += number
    every = [first + timedelta(days=each) for each in range(days)]
    return Trends(
        days=[_day(day, numbers[day], lengths[day]) for day in every],
        whole=_day(first, sum(numbers.values(), Counter()), sum(lengths.values(), Counter())),
        failures=failures.most_common(),
    )


def _day(day: date, numbers: Counter[str], lengths: Counter[int]) -> Day:
    return Day(day=day, numbers=dict(numbers), median=within(lengths, 0.5), p90=within(lengths, 0.9))


def within(lengths: Counter[int], share: float) -> float | None:
    """Seconds within which this share of the jobs ended; `lengths` counts jobs by DayCount.took."""
    needed, seen = share * lengths.total(), 0
    for step in sorted(lengths):
        seen += lengths[step]
        if seen >= needed:
            return seconds_of(step)
    return None
