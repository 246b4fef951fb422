"""What went over the wire for a job: its sendings, and what was said to TMP."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jobs.models.job import Job


class Attempt(models.Model):
    """One sending of CreateJob: the row exists before a byte is sent, and its destination is evidence."""

    class Outcome(models.TextChoices):
        SENDING = "sending", _("Sending")
        ACCEPTED = "accepted", _("Accepted")
        NOT_SENT = "not_sent", _("Not sent")
        THROTTLED = "throttled", _("Throttled")
        REFUSED = "refused", _("Refused")
        UNSURE = "unsure", _("Unsure")

    job = models.ForeignKey(Job, models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    destination = models.CharField(max_length=1000)
    # SHA-256 of the secret in this attempt's callback address.
    callback_token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    # When that address was called, to a few seconds: the proof that TMP has heard of this attempt.
    called_at = models.DateTimeField(null=True, blank=True)
    # The TMP id that the caller named: a question, believed only when TMP itself names this attempt for it.
    called_about = models.CharField(max_length=128, blank=True)
    # The day of Usage that it counts on; None once it was given back.
    counted_on = models.DateField(null=True, blank=True)
    sent_at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.SENDING)
    tmp_id = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="one_row_per_attempt")]

    def __str__(self) -> str:
        return f"{self.job_id}-{self.number}"


class GatewayExchange(models.Model):
    """One question to TMP and its answer, secrets left out; an answer that says nothing new is not kept."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="exchanges")
    attempt = models.ForeignKey(Attempt, models.SET_NULL, null=True, blank=True, related_name="exchanges")
    action = models.CharField(max_length=20)
    at = models.DateTimeField(db_default=Now())
    # Which question about the job it was, from 1: the gaps were answered alike.
    number = models.PositiveIntegerField(default=1)
    # tencent.messages.Exchange as JSON.
    exchange = models.JSONField()

    class Meta:
        verbose_name = _("exchange")
        verbose_name_plural = _("exchanges")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.action} {self.number}"
