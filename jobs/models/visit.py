"""When a person was last at the dashboard, so that it can say what ended since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Greatest, Least, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.models.moments import in_seconds

# Whoever follows a filter, or comes back from a job, is still there: the news stay marked meanwhile.
VISIT_SECONDS = 600.0


def is_over(began_at: datetime) -> bool:
    """Whether a visit that began then has ended, by this machine's clock."""
    return timezone.now() - began_at >= timedelta(seconds=VISIT_SECONDS)


class VisitManager(models.Manager["Visit"]):
    """Moves the line between what is news and what is not; it only ever goes forward."""

    def begin(self, user: Any) -> None:
        """The dashboard was opened: after VISIT_SECONDS that is a new visit, and what ended before the one
        before it is news no more."""
        over = self.filter(user=user, began_at__lte=in_seconds(-VISIT_SECONDS))
        if not over.update(since=Greatest(F("since"), F("began_at")), began_at=Now()):
            self.get_or_create(user=user)

    def see(self, user: Any, until: datetime) -> None:
        """The person has seen all that ended until then; nobody has seen what is yet to come."""
        self.get_or_create(user=user)
        self.filter(user=user).update(since=Greatest(F("since"), Least(Value(until), Now())))


class Visit(models.Model):
    """A person's last visit; what ended after `since` is news. At the first visit nothing is."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="visit"
    )
    since = models.DateTimeField(db_default=Now())
    began_at = models.DateTimeField(db_default=Now())

    objects = VisitManager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")

    def __str__(self) -> str:
        return f"{self.user_id} since {self.since}"
