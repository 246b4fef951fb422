"""Files on their way from a browser into a bucket, and by which way they may go."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account
from accounts.models.song import Song

# How long an upload may lie still before it is given up; a finished one is known again for as long.
PATIENCE = timedelta(days=1)


def _later() -> Any:
    return timezone.now() + PATIENCE


class UploadQuerySet(models.QuerySet["Upload"]):
    """Reads of uploads."""

    def for_user(self, user: Any) -> UploadQuerySet:
        """Only the person's own, and only while they may still write into the account's bucket."""
        writable = Account.objects.writable_by(user)
        return self.filter(uploader=user, account__in=writable) if user.is_authenticated else self.none()

    def unfinished(self) -> UploadQuerySet:
        """Those that go on when their file is chosen again."""
        return self.filter(state=Upload.State.RUNNING)


class Upload(models.Model):
    """One file that a browser brings, whole or in parts. The server made its `path`; the bucket alone knows
    which parts have arrived.

    RUNNING becomes FINISHED with its song, or ENDING when a person or the sweep gives it up; the row goes
    when the bucket has forgotten its parts.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        ENDING = "ending", _("Ending")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="uploads")
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="uploads")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    path = models.CharField(max_length=1024)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    # By these a file that is chosen again is known: when it was changed (ms), and a digest of its beginning.
    modified = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    # The bucket's own id of an upload in parts; "" for one that goes in one piece.
    store_id = models.CharField(max_length=255, blank=True)
    part_bytes = models.PositiveBigIntegerField()
    song = models.OneToOneField(Song, models.CASCADE, null=True, related_name="upload")
    due_at = models.DateTimeField(default=_later)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["due_at"], name="uploads_by_due"),
            models.Index(fields=["account", "uploader", "name", "size"], name="uploads_by_file"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> str:
        """Where in the bucket it goes, with a slash at the end; "" for the root."""
        return self.path[: self.path.rfind("/") + 1]

    @property
    def count(self) -> int:
        """How many parts it has; one when it goes whole."""
        return max(1, -(-self.size // self.part_bytes))

    def length_of(self, number: int) -> int:
        """Bytes of part `number`, which counts from 1 to `count`."""
        return min(self.part_bytes, self.size - (number - 1) * self.part_bytes)


class Way(models.Model):
    """Whether pages of `origin` may write into the account's bucket themselves, as of the last look."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="ways")
    origin = models.CharField(max_length=300)
    is_direct = models.BooleanField()
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "origin"], name="one_way_per_origin")]

    def __str__(self) -> str:
        return f"{self.origin} {'direct' if self.is_direct else 'through'} {self.account_id}"
