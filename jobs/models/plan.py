"""What a person is about to send: it waits here between the form and the look that is taken at it first."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from jobs.models.moments import in_seconds

KEPT_SECONDS = 7 * 24 * 3600.0


class PlanManager(models.Manager["Plan"]):
    """Keeps plans for a while."""

    def for_user(self, user: Any) -> models.QuerySet[Plan]:
        """The person's own; every view starts here."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def keep(self, *, user: Any, key: Any, **fields: Any) -> Plan:
        """The plan of one form, new or changed; the person's forgotten ones go."""
        self.filter(user=user, changed_at__lt=in_seconds(-KEPT_SECONDS)).delete()
        return self.update_or_create(user=user, key=key, defaults={**fields, "changed_at": Now()})[0]


class Plan(models.Model):
    """One filled-in form. Sending it deletes the row; what it made is found by the same key."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="plans")
    account = models.ForeignKey(Account, models.CASCADE, related_name="plans")
    # The form's own: whatever comes of the plan has it as its idempotency key.
    key = models.UUIDField()
    capability = models.CharField(max_length=40)
    # The form as it was typed, {name: [values]}, to be changed again.
    typed = models.JSONField(default=dict)
    # What it came to: arguments of services.create and batches.create.
    wish = models.JSONField(default=dict)
    # Paths and addresses of the songs (jobs.sources), each once.
    places = models.JSONField(default=list)
    # Those addresses of them that are copied into the bucket first.
    copied = models.JSONField(default=list)
    # What was found in files that TMP may not read as they are, by path: accounts.contents.Contents as JSON;
    # and files that nobody had the time to look into.
    odd = models.JSONField(default=dict)
    unseen = models.JSONField(default=list)
    # Pairs of line numbers of a pasted list that name the same song.
    doubles = models.JSONField(default=list)
    # Files of a folder whose names cannot be sent.
    left_out = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(db_default=Now())

    objects = PlanManager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_plan_per_form")]

    def __str__(self) -> str:
        return str(self.key)
