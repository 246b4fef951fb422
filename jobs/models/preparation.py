"""What is done to a song before its job is sent: it is copied, or its sound is taken out of a video."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from jobs.models.job import Job


class Preparation(models.Model):
    """One song's: the wish, how far it is, and what became of it. Its job's lease says who is at work."""

    class Step(models.TextChoices):
        WAITING = "waiting", _("Waits for a worker")
        COPYING = "copying", _("Copying")
        LOOKING = "looking", _("Looking into the file")
        CONVERTING = "converting", _("Taking the sound out")

    job = models.OneToOneField(Job, models.CASCADE, primary_key=True, related_name="preparation")
    # The address to copy from; "" when the song lies in the bucket.
    url = models.CharField(max_length=2048, blank=True)
    # Whether a video's sound is to be sent instead of it, and so for whatever TMP may not read.
    as_audio = models.BooleanField(default=False)
    # The song as it was handed over, once it is in the bucket; the job has the path of what is sent.
    original_path = models.CharField(max_length=1024, blank=True)
    # accounts.contents.Contents as JSON, once the file was looked into.
    found = models.JSONField(null=True, blank=True)
    step = models.CharField(max_length=10, choices=Step.choices, default=Step.WAITING)
    # Of the step: bytes while copying, milliseconds of sound while converting; `total` where it is known.
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("preparation")
        verbose_name_plural = _("preparations")

    def __str__(self) -> str:
        return f"{self.job_id} {self.step}"

    def again_for(self, job: Job) -> Preparation:
        """The same for a job that follows or copies this one's; what was done already is not done again."""
        same: dict[str, Any] = {
            name: getattr(self, name) for name in ("url", "as_audio", "original_path", "found", "ended_at")
        }
        return Preparation(job=job, **same)
