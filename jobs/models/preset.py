"""Settings that a person keeps for the next jobs, under a name of their own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 60


class PresetQuerySet(models.QuerySet["Preset"]):
    """Reads of presets."""

    def for_user(self, user: Any) -> PresetQuerySet:
        """The person's own; every view starts here."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def named(self, capability: str) -> PresetQuerySet:
        """Those of one capability that a person saved, by name."""
        return self.filter(capability=capability).exclude(name="").order_by("name")

    def last_used(self, capability: str) -> Preset | None:
        """What the person sent last, whatever it was called."""
        return self.filter(capability=capability, name="").first()


class Preset(models.Model):
    """One person's settings for one capability. The row without a name holds what was sent last."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="presets")
    capability = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=LONGEST_NAME, blank=True)
    # {"params": {...}, "label", "destination", "output_prefix", "timeout"} (jobs.job_settings.kept).
    settings = models.JSONField(default=dict)
    # The one that a new form begins with.
    is_default = models.BooleanField(default=False)
    changed_at = models.DateTimeField(db_default=Now())

    objects = PresetQuerySet.as_manager()

    class Meta:
        verbose_name = _("preset")
        verbose_name_plural = _("presets")
        constraints = [
            models.UniqueConstraint(fields=["user", "capability", "name"], name="one_preset_per_name"),
            models.UniqueConstraint(
                fields=["user", "capability"],
                condition=models.Q(is_default=True),
                name="one_default_preset",
            ),
        ]

    def __str__(self) -> str:
        return self.name or "–"
