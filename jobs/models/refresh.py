"""When TMP is asked about a job next, in a row of its own: the poller rewrites it at every question."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from jobs.models.job import Job


class Refresh(models.Model):
    """The schedule of one job that TMP has; there is one exactly while the job is in Job.REFRESHED.

    Apart from the job, because to claim is to reschedule: this narrow row has two indexes, the job's has a
    dozen. Job.move() makes and removes it.
    """

    job = models.OneToOneField(Job, models.CASCADE, primary_key=True, related_name="refresh")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    tmp_id = models.CharField(max_length=255)
    # By database time; None while nobody may ask, since TMP refused the account's keys.
    due_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    asked = models.PositiveIntegerField(default=0)
    # Consecutive questions that TMP did not answer, or refused to.
    unanswered = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # Digest of the last answer that was read: the same bytes again say nothing new.
    mark = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        indexes = [models.Index(fields=["due_at"], name="refresh_due")]

    def __str__(self) -> str:
        return f"{self.job_id} asked {self.asked} times"
