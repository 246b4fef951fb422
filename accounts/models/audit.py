"""Who saw, used or changed what of an account: rows are only ever added."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account, Membership


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Reads of the audit log."""

    def for_user(self, user: Any) -> AuditQuerySet:
        """Entries of the accounts that `user` owns: who else looked is the owner's to know."""
        if not user.is_authenticated:
            return self.none()
        owned = Membership.objects.filter(user=user, role=Membership.Role.OWNER)
        return self.filter(account__in=owned.values("account"))


class AuditEntry(models.Model):
    """One deed. `detail` names fields and people, never the value of a secret.

    The names are kept beside the rows: an entry outlives the account and the person it speaks of.
    """

    class Deed(models.TextChoices):
        REGISTERED = "registered", _("Registered at TMP")
        IMPORTED = "imported", _("Imported")
        REPLACED = "replaced", _("Went over to new keys or another bucket")
        REVEALED = "revealed", _("Keys shown")
        DOWNLOADED = "downloaded", _("Keys downloaded")
        RENAMED = "renamed", _("Renamed")
        DISABLED = "disabled", _("Disabled")
        ENABLED = "enabled", _("Enabled again")
        DELETED = "deleted", _("Deleted")
        SHARED = "shared", _("Shared, or a role changed")
        UNSHARED = "unshared", _("Taken from a person")
        CORS_SET = "cors_set", _("Cross-origin rule set")
        DEMO_DELETED = "demo_deleted", _("Demo with keys deleted from the bucket")
        CONTACTED = "contacted", _("First contact")
        VERIFIED = "verified", _("Verified by a job")
        STOPPED = "stopped", _("Sending stopped")
        WENT_ON = "went_on", _("Sending went on")
        LIMITED = "limited", _("Limits changed")
        PRICED = "priced", _("Price typed")
        UNPRICED = "unpriced", _("Price deleted")
        FILES_DELETED = "files_deleted", _("Files deleted from the bucket")
        FILE_MOVED = "file_moved", _("File renamed or moved")
        TAKEN = "taken", _("File downloaded that may contain keys")
        POINTED = "pointed", _("Times pointed at")
        UNPOINTED = "unpointed", _("Times no longer pointed at")
        LINK_MADE = "link_made", _("Link to a result made")
        LINK_REVOKED = "link_revoked", _("Link to a result revoked")
        INVITED = "invited", _("Invitation made")
        UNINVITED = "uninvited", _("Invitation withdrawn")
        JOINED = "joined", _("Login made by an invitation")
        PERSON_DELETED = "person_deleted", _("Login deleted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(db_default=Now(), editable=False)
    deed = models.CharField(_("deed"), max_length=20, choices=Deed.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="deeds"
    )
    user_name = models.CharField(_("person"), max_length=150, blank=True)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="deeds")
    # "" for what is about the portal and no account.
    account_name = models.CharField(_("TMP account"), max_length=80, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-at", "id"]
        indexes = [models.Index(fields=["account", "-at"], name="audit_by_account")]

    def __str__(self) -> str:
        return f"{self.user_name} {self.deed} {self.account_name}"
