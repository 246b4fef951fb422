"""Signs of life of what works for all accounts: the scheduler's sweeps, and every worker's engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from jobs.models import Pulse

State = Literal["ok", "late", "away"]

# An engine shows itself every few seconds, whatever else it does.
ENGINE_SECONDS = 20.0
# A sweep may be missed, or run for long; whoever watches shall know within this all the same.
MISSED_SWEEPS, SWEEP_GRACE_SECONDS, LONGEST_SWEEP_SECONDS = 3, 30.0, 90.0


@dataclass(frozen=True, kw_only=True)
class Signs:
    """Seconds since the last sweep and since any engine was seen, None for never; how many engines live."""

    sweep_age: float | None
    engine_age: float | None
    engines: int

    @property
    def sweep(self) -> State:
        return _judged(self.sweep_age, sweep_limit())

    @property
    def engine(self) -> State:
        return _judged(self.engine_age, ENGINE_SECONDS)


def signs() -> Signs:
    """As of now, by database time; one query."""
    known = Q(name=Pulse.SWEEP) | Q(name__startswith=Pulse.ENGINES)
    rows = Pulse.objects.filter(known).values_list("name", "at", Now())
    ages = {name: (now - at).total_seconds() for name, at, now in rows}
    sweep = ages.pop(Pulse.SWEEP, None)
    living = [age for age in ages.values() if age <= ENGINE_SECONDS]
    return Signs(sweep_age=sweep, engine_age=min(ages.values(), default=None), engines=len(living))


def sweep_limit() -> float:
    """Seconds after which the next sweep is late."""
    interval = float(settings.SWEEP_SECONDS)
    return min(MISSED_SWEEPS * interval + SWEEP_GRACE_SECONDS, LONGEST_SWEEP_SECONDS)


def _judged(age: float | None, limit: float) -> State:
    if age is None:
        return "away"
    return "late" if age > limit else "ok"
