"""What was found when an object of a bucket was searched for keys."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Verdict(models.Model):
    """One object as it was when it was looked at; it says nothing of what is found, only whether.

    True only of the object with this ETag, and of a search for the same secrets.
    """

    class Holds(models.TextChoices):
        # Sound, pictures, and what is neither text nor short: never searched.
        NO_TEXT = "no_text", _("No text")
        NOTHING = "nothing", _("No keys")
        KEYS = "keys", _("Contains keys")
        # Text that is too long to be searched; who knows.
        UNREAD = "unread", _("Not searched for keys")

    CLOSED = (Holds.KEYS, Holds.UNREAD)

    endpoint = models.CharField(max_length=20)
    bucket = models.CharField(max_length=80)
    path = models.CharField(max_length=1024)
    etag = models.CharField(max_length=128)
    holds = models.CharField(max_length=10, choices=Holds.choices)
    # A keyed digest of the secrets that were looked for (accounts.guarding.stored), "" when none were.
    searched_for = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "bucket", "path"], name="one_verdict_per_object")
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.holds}"

    @property
    def is_closed(self) -> bool:
        """Whether the object is given to nobody but its keys' owner."""
        return self.holds in self.CLOSED
