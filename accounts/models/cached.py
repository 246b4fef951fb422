"""What Django's cache keeps where there is no Redis: counts of tries, for all web processes together."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class CachedQuerySet(models.QuerySet["Cached"]):
    """Reads and sweeping of the cache's table."""

    def fresh(self) -> CachedQuerySet:
        """What still holds."""
        return self.filter(expires_at__gt=timezone.now())

    def expired(self) -> CachedQuerySet:
        """What may go."""
        return self.filter(expires_at__lte=timezone.now())


class Cached(models.Model):
    """One entry. `key` is a SHA-256: whose tries are counted stands nowhere in clear."""

    key = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)

    objects = CachedQuerySet.as_manager()

    class Meta:
        verbose_name = "cache entry"
        verbose_name_plural = "cache entries"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key
