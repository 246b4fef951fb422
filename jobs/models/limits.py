"""How much an account may do: what a person allows, what the gateway allows, and what was done."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account


class LimitsQuerySet(models.QuerySet["Limits"]):
    """Reads of limits."""

    def current(self) -> LimitsQuerySet:
        """With `taught`: what the gateway taught, None when that was too long ago."""
        fresh = models.When(taught_until__gt=Now(), then=models.F("taught_per_second"))
        return self.annotate(taught=models.Case(fresh, default=None))

    def of(self, account: Account) -> Limits:
        """The account's limits as of now; not saved where nobody has set any yet."""
        return self.current().filter(pk=account.pk).first() or self.begun(account)

    def begun(self, account: Account) -> Limits:
        """What an account's limits begin with: those of the account that it replaces, its stop included."""
        earlier = self.filter(account=account.replaces_id).first() if account.replaces_id else None
        names = ("calls_per_second", "jobs_in_flight", "jobs_per_day", "stopped_at")
        return Limits(account=account, **{name: getattr(earlier, name, None) for name in names})


class Limits(models.Model):
    """Caps of one account, and the pace of its calls; whoever calls in its name locks this row first.

    None means the portal's own default, which engine.pacing knows; 0 means no limit.
    """

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="limits")
    calls_per_second = models.FloatField(
        _("calls per second"), null=True, blank=True, validators=[MinValueValidator(0)]
    )
    jobs_in_flight = models.PositiveIntegerField(_("jobs at TMP at once"), null=True, blank=True)
    jobs_per_day = models.PositiveIntegerField(_("jobs per day"), null=True, blank=True)
    # The kill switch: since when nothing new is sent in its name.
    stopped_at = models.DateTimeField(null=True, blank=True)
    # When the next call may leave, by database time (generic cell rate).
    next_call_at = models.DateTimeField(null=True, blank=True)
    # What the gateway itself taught: at most so many calls a second, until then.
    taught_per_second = models.FloatField(null=True, blank=True)
    taught_until = models.DateTimeField(null=True, blank=True)

    objects = LimitsQuerySet.as_manager()

    class Meta:
        verbose_name = _("limits")
        verbose_name_plural = _("limits")

    def __str__(self) -> str:
        return f"limits of {self.account_id}"


class UsageQuerySet(models.QuerySet["Usage"]):
    """Reads of usage."""

    def for_user(self, user: Any) -> UsageQuerySet:
        """All of accounts that `user` owns, of others what `user` sent; every view starts here."""
        if not user.is_authenticated:
            return self.none()
        owned = models.Q(account__in=Account.objects.owned_by(user))
        own = models.Q(user=user, account__in=Account.objects.for_user(user))
        return self.filter(owned | own)


class Usage(models.Model):
    """What was sent to TMP on one day: `calls` are CreateJobs that TMP may have accepted, `songs` those it
    did, `seconds` the known length of these songs, `unmeasured` how many of them have none."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="usage")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    capability = models.CharField(max_length=40)
    # In the portal's time zone.
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    songs = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    unmeasured = models.PositiveIntegerField(default=0)

    objects = UsageQuerySet.as_manager()

    class Meta:
        verbose_name = _("usage")
        verbose_name_plural = _("usage")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day", "user", "capability"], name="one_usage_row_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.capability}: {self.calls}"


class Price(models.Model):
    """What a person says that a capability costs; the portal knows no price of its own."""

    class Per(models.TextChoices):
        CALL = "call", _("call")
        SONG = "song", _("song")
        MINUTE = "minute", _("minute")

    account = models.ForeignKey(Account, models.CASCADE, related_name="prices")
    capability = models.CharField(_("capability"), max_length=40)
    amount = models.DecimalField(
        _("amount"), max_digits=12, decimal_places=4, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(_("currency"), max_length=3)
    per = models.CharField(_("per"), max_length=6, choices=Per.choices)
    source = models.CharField(_("source"), max_length=200)
    dated = models.DateField(_("as of"))
    typed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    typed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(fields=["account", "capability"], name="one_price_per_capability"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency} per {self.per}"
