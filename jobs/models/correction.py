"""What people made of a job's beats: versions with an author, beside the result that is never touched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jobs.models.job import Job

LONGEST_NOTE = 200


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """Reads of corrections."""

    def for_user(self, user: Any) -> CorrectionQuerySet:
        """Those of jobs that `user` may see; every view starts here."""
        return self.filter(job__in=Job.objects.for_user(user).order_by().values("pk"))

    def steps(self) -> CorrectionQuerySet:
        """Newest first, without the markers, which may be long."""
        return self.select_related("author").defer("markers").order_by("-number")

    def standing(self, jobs: Iterable[UUID]) -> dict[UUID, Correction]:
        """The newest one of each job, without markers; jobs that nobody corrected are left out."""
        rows = self.filter(job__in=list(jobs)).defer("markers").order_by("job", "number")
        return {row.job_id: row for row in rows}


class Correction(models.Model):
    """One step in the life of a job's markers; the newest one stands. Rows never change.

    Either a version with markers of its own, or, with `returns_to`, somebody's choice of an earlier one.
    Number 0 is the original, `Job.result`, and has no row.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="corrections", db_index=False)
    number = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # Stays when the person goes.
    author_name = models.CharField(_("person"), max_length=150)
    made_at = models.DateTimeField(db_default=Now())
    # The version that it was made of.
    base = models.PositiveIntegerField()
    returns_to = models.PositiveIntegerField(null=True, blank=True)
    # As jobs.results.Marker, in order of time; None for a return.
    markers = models.JSONField(null=True, blank=True)
    # jobs.comparing.Changes against the base.
    changes = models.JSONField(default=dict)
    # What the author says of it.
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    # A digest of the markers of the original at that time: a later reading may find others.
    original = models.CharField(max_length=32)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["job", "number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="one_correction_per_number")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.number}"

    @property
    def shown(self) -> int:
        """The version whose markers stand while this step is the newest."""
        return self.number if self.returns_to is None else self.returns_to
