"""Which hints a person has had enough of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DismissedHintManager(models.Manager["DismissedHint"]):
    """Each person dismisses for themselves, and for ever."""

    def for_user(self, user: Any) -> models.QuerySet[DismissedHint]:
        """The person's own; every view starts here."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def dismiss(self, user: Any, keys: Iterable[str]) -> None:
        """Show these hints to the person no more; to do so twice changes nothing."""
        self.bulk_create([DismissedHint(user=user, key=key) for key in keys], ignore_conflicts=True)


class DismissedHint(models.Model):
    """`key` is one of accounts.hints.HINTS; those of hints that are gone do no harm."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="dismissed_hints")
    key = models.CharField(max_length=40)

    objects = DismissedHintManager()

    class Meta:
        verbose_name = _("dismissed hint")
        verbose_name_plural = _("dismissed hints")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_dismissal_per_hint")]

    def __str__(self) -> str:
        return self.key
