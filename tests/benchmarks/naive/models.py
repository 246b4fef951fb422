"""One row for a job, written at every question."""

from __future__ import annotations

from django.db import models


class Job(models.Model):
    """A job and TMP's last answer about it."""

    custom_id = models.CharField(max_length=64, unique=True)
    tmp_id = models.CharField(max_length=64, blank=True, db_index=True)
    state = models.SmallIntegerField(default=0)
    source_path = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "naive"

    def __str__(self) -> str:
        return self.custom_id
