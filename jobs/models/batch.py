"""Many songs sent with one form."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account


class BatchQuerySet(models.QuerySet["Batch"]):
    """Reads of batches."""

    def for_user(self, user: Any) -> BatchQuerySet:
        """Batches of the accounts that `user` is a member of; every view starts here."""
        return self.filter(account__memberships__user=user) if user.is_authenticated else self.none()


class Batch(models.Model):
    """What its jobs have in common, and who asked for them; how it stands is told by its jobs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        Account, models.CASCADE, related_name="batches", verbose_name=_("TMP account")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="batches", verbose_name=_("created by")
    )
    label = models.CharField(_("label"), max_length=120, blank=True)
    capability = models.CharField(_("capability"), max_length=40)
    # One per filled-in form: the same form sent twice makes one batch.
    idempotency_key = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "idempotency_key"], name="one_batch_per_form"),
        ]

    def __str__(self) -> str:
        return self.label or str(self.pk)
