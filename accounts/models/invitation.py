"""Invitations: links by which somebody who has no login may make one."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


def may_invite(user: Any) -> bool:
    """Whether `user` is of the staff and has the right to; superusers do."""
    return bool(user.is_staff and user.has_perm("accounts.add_invitation"))


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Reads of invitations."""

    def for_user(self, user: Any) -> InvitationQuerySet:
        """All of them for those who may invite, none for anybody else; every view starts here."""
        return self.all() if may_invite(user) else self.none()

    def open(self) -> InvitationQuerySet:
        """Those that let somebody in: neither used, withdrawn nor expired, whoever made them not disabled."""
        by_whom = models.Q(by=None) | models.Q(by__is_active=True)
        return self.filter(by_whom, used_at=None, withdrawn_at=None, expires_at__gt=Now())


class Invitation(models.Model):
    """One link for one person. Its token is known to whoever has the link, here only its hash is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # None for one made at the command line.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("made by")
    )
    # SHA-256 of the token in hex.
    token_hash = models.CharField(max_length=64, unique=True)
    for_whom = models.CharField(_("for whom"), max_length=80, blank=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("expires"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-made_at", "id"]

    def __str__(self) -> str:
        return self.for_whom or str(self.pk)
