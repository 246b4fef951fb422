"""Where an account's answers hold their times, as a person pointed at it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from jobs.capabilities.reading.pointing import UNITS, Spot


class SignpostQuerySet(models.QuerySet["Signpost"]):
    """Reads of signposts."""

    def of(self, account: Account, capability: str) -> Signpost | None:
        """The one that the account's answers are read by: its own, else that of the account it replaces."""
        line = [key for key in (account.pk, account.replaces_id) if key]
        found = {row.account_id: row for row in self.filter(account_id__in=line, capability=capability)}
        nearest = next((found[key] for key in line if key in found), None)
        return None if nearest is None or nearest.is_removed else nearest

    def unspread(self) -> SignpostQuerySet:
        """Those by which old results are still to be read, and nobody does."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=Now()), is_spread=False)


class Signpost(models.Model):
    """One for each account and capability. A removed one stays: results that were read by it are read without
    it, and it hides that of the account that this one replaces."""

    class Unit(models.TextChoices):
        SECONDS = "s", _("seconds")
        MILLISECONDS = "ms", _("milliseconds")
        MICROSECONDS = "us", _("microseconds")
        SAMPLES = "samples", _("samples")
        FRAMES = "frames", _("frames")

    account = models.ForeignKey(Account, models.CASCADE, related_name="signposts")
    capability = models.CharField(max_length=40)
    # "" for the answer itself, else the member that names the file.
    source = models.CharField(max_length=200, blank=True)
    # Steps as jobs.capabilities.reading.pointing takes them.
    path = models.JSONField(default=list)
    unit = models.CharField(max_length=8, choices=Unit.choices, default=Unit.SECONDS)
    # Samples or frames per second, None for other units.
    rate = models.FloatField(null=True, blank=True)
    pointed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())
    is_removed = models.BooleanField(default=False)
    # One more with every change, so that whoever reads old results by an earlier one stops.
    version = models.PositiveIntegerField(default=1)
    is_spread = models.BooleanField(default=False)
    # The job whose result was read last, in order of their ids; and until when somebody is at it.
    cursor = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    objects = SignpostQuerySet.as_manager()

    class Meta:
        verbose_name = _("signpost")
        verbose_name_plural = _("signposts")
        constraints = [
            models.UniqueConstraint(fields=["account", "capability"], name="one_signpost_per_capability")
        ]

    def __str__(self) -> str:
        return f"{self.capability} of {self.account_id}"

    def spot(self) -> Spot:
        """What the reader is told."""
        return spot_of(self.source, self.path, self.unit, self.rate)


def spot_of(source: str, path: Any, unit: str, rate: float | None) -> Spot:
    """The spot at `path` in so many units a second; `rate` counts where the unit says nothing itself."""
    return Spot(source=source, path=tuple(path), per_second=UNITS[unit] or rate or 1.0)
