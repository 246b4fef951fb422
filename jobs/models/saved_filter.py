"""Filters of the dashboard that a person gave a name."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_FILTERS = 20


class SavedFilterManager(models.Manager["SavedFilter"]):
    """Each person has some of their own."""

    def for_user(self, user: Any) -> models.QuerySet[SavedFilter]:
        """The person's own, in the order of their names; every view starts here."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class SavedFilter(models.Model):
    """A name for what stands behind the dashboard's address (jobs.board_filter.query_of)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000)

    objects = SavedFilterManager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_filter_per_name")]

    def __str__(self) -> str:
        return self.name
