"""How many jobs ended on each day, in which way and after how long: what charts over a million jobs read."""

from __future__ import annotations

import math

from django.db import models

from accounts.models import Account

# Lengths of time are told apart by steps of a fifth: four to each doubling.
STEPS = 4


def step_of(seconds: float) -> int:
    """The step that a length of time belongs to; the first holds everything up to a second."""
    return max(0, math.floor(STEPS * math.log2(seconds))) if seconds > 1 else 0


def seconds_of(step: int) -> float:
    """The middle of a step, in seconds; no length of time in it is further away than a tenth."""
    return float(2 ** ((step + 0.5) / STEPS))


class DayCount(models.Model):
    """`number` jobs of an account ended on `day` in `state`, failed ones because of `error_kind`, completed
    ones after about seconds_of(`took`) from their creation."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    # In the portal's time zone.
    day = models.DateField()
    state = models.CharField(max_length=12)
    error_kind = models.CharField(max_length=20, blank=True)
    took = models.PositiveSmallIntegerField(default=0)
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day", "state", "error_kind", "took"], name="one_count_of_a_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.state} {self.error_kind} {self.number}"


class Counted(models.Model):
    """Until when the ended jobs of an account are in its DayCounts, and until when TMP's answers are gone."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")
    until = models.DateTimeField()
    answers_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.account_id} until {self.until}"
