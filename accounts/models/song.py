"""The names that people gave to the files they uploaded."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account


class Song(models.Model):
    """The person's own name of an object in the bucket: keys are made by the server and say nothing."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="songs")
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="songs")
    path = models.CharField(max_length=1024)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    # Length in seconds where the file tells it.
    seconds = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["-created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["account", "path"], name="one_name_per_object")]

    def __str__(self) -> str:
        return self.name
