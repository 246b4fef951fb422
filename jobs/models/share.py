"""Links by which somebody who does not sign in may read one result."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from jobs.models.job import Job


class ShareQuerySet(models.QuerySet["Share"]):
    """Reads of shares."""

    def for_user(self, user: Any) -> ShareQuerySet:
        """Shares of the jobs that `user` sees."""
        return self.filter(job__in=Job.objects.for_user(user))

    def open(self) -> ShareQuerySet:
        """Those that lead somewhere now: neither revoked nor expired, of an account that is not disabled, and
        whoever made them may still share."""
        writing = (Membership.Role.OWNER, Membership.Role.SUBMITTER)
        may_share = Membership.objects.filter(
            account=OuterRef("job__account"), user=OuterRef("by"), role__in=writing
        )
        return self.filter(
            Exists(may_share),
            revoked_at=None,
            expires_at__gt=Now(),
            by__is_active=True,
            job__account__disabled_at=None,
        )


class Share(models.Model):
    """One link to the result of `job`. Its token is known to whoever has the link, here only its hash is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="shares")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("made by")
    )
    # SHA-256 of the token in hex.
    token_hash = models.CharField(max_length=64, unique=True)
    for_whom = models.CharField(_("for whom"), max_length=80, blank=True)
    with_audio = models.BooleanField(_("with the audio"), default=False)
    with_exports = models.BooleanField(_("with exports"), default=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    # How often the page was asked for, by people and by the previews of chat programs.
    opened = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        ordering = ["-made_at", "id"]

    def __str__(self) -> str:
        return f"{self.for_whom} {self.job_id}"
