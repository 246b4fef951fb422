"""Accounts (registered TMP tenants), and who may use them."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import endpoints
from accounts.fields import SealedTextField

# A lesson: the gateway wants X-Date, and Date is not enough.
NEEDS_X_DATE = "needs_x_date"


class AccountQuerySet(models.QuerySet["Account"]):
    """Reads of accounts."""

    def for_user(self, user: Any) -> AccountQuerySet:
        """Only what `user` is a member of; every view starts here."""
        return self.filter(memberships__user=user) if user.is_authenticated else self.none()

    def writable_by(self, user: Any) -> AccountQuerySet:
        """Only those in which `user` may also upload, delete and submit."""
        if not user.is_authenticated:
            return self.none()
        roles = (Membership.Role.OWNER, Membership.Role.SUBMITTER)
        return self.filter(memberships__user=user, memberships__role__in=roles)

    def owned_by(self, user: Any) -> AccountQuerySet:
        """Only those whose keys, people and life are `user`'s to decide about."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user, memberships__role=Membership.Role.OWNER)

    def usable(self) -> AccountQuerySet:
        """Those in whose name new jobs may be made: neither disabled nor replaced."""
        return self.filter(disabled_at=None, replaced_at=None)

    def free_name(self, user: Any, wanted: str) -> str:
        """`wanted`, numbered when `user` has an account of that name already."""
        taken = set(self.for_user(user).values_list("name", flat=True))
        longest = self.model._meta.get_field("name").max_length or 0
        marks = ["", *(f" ({number})" for number in range(2, len(taken) + 3))]
        names = (f"{wanted[: longest - len(mark)]}{mark}" for mark in marks)
        return next(name for name in names if name not in taken)


class TenantFields(models.Model):
    """What a person types to register, shared by the attempt and by the account that comes of it."""

    endpoint = models.CharField(_("service"), max_length=20, default=endpoints.MEDIAX)
    operate_uin = models.CharField(_("account ID (operateUin)"), max_length=32)
    user_name = models.CharField(_("user name"), max_length=19)
    bucket = models.CharField(_("bucket"), max_length=80)
    region = models.CharField(_("region"), max_length=40)
    domain = models.CharField(_("bucket domain"), max_length=255, blank=True)
    bucket_secret_id = SealedTextField(_("bucket SecretId"))
    bucket_secret_key = SealedTextField(_("bucket SecretKey"))

    class Meta:
        abstract = True

    def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
        """As Django's, but secrets are fetched when they are read: a key that is lost spoils nothing else."""
        if fields is None:
            for field in self._meta.concrete_fields:
                if isinstance(field, SealedTextField):
                    self.__dict__.pop(field.attname, None)
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)

    @property
    def caller(self) -> str:
        """The Source header, `<operateUin>_<userName>` (seed)."""
        return f"{self.operate_uin}_{self.user_name}"

    @property
    def is_sandbox(self) -> bool:
        return self.endpoint == endpoints.SANDBOX


class Account(TenantFields):
    """A TMP tenant with its bucket and three key pairs; not a login. All of registerInfo is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="tmp_accounts"
    )
    request_id = models.CharField(max_length=128, blank=True)
    content_id = models.CharField(_("content ID"), max_length=255)
    tmp_secret_id = SealedTextField()
    tmp_secret_key = SealedTextField()
    gateway_secret_id = SealedTextField()
    gateway_secret_key = SealedTextField()
    demo_path = models.CharField(max_length=1024, blank=True)
    usage_description = models.TextField(blank=True)
    message = models.TextField(blank=True)
    registered_at_text = models.CharField("createdAt", max_length=64, blank=True)
    updated_at_text = models.CharField("updatedAt", max_length=64, blank=True)
    # Members of registerInfo that nobody documented, as JSON; sealed, since one may be a key.
    unknown_members = SealedTextField(blank=True)
    paused_because = models.TextField(blank=True)
    # No new jobs; what TMP has begun is followed to its end.
    disabled_at = models.DateTimeField(null=True, blank=True)
    # Set when a job of the guide's own shape came back with a result.
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    # New bucket keys or another bucket are a new registration and a new row: jobs keep the one they have.
    replaces = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="successor", verbose_name=_("replaces")
    )
    # When the successor passed its verification; until then this row goes on as before.
    replaced_at = models.DateTimeField(null=True, blank=True)
    # Rows of the last look at bucket and gateway: [{"key", "state", "code", "detail"}], no sentences.
    health = models.JSONField(default=list, blank=True)
    health_at = models.DateTimeField(null=True, blank=True)
    # When a worker was asked to look; later than `health_at` while it is at it.
    health_asked_at = models.DateTimeField(null=True, blank=True)
    # What tencent.first_contact taught: machine facts that the engine obeys, and a report without secrets.
    lessons = models.JSONField(default=dict, blank=True)
    contact_report = models.JSONField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    contact_asked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("TMP account")
        verbose_name_plural = _("TMP accounts")
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def date_header(self) -> str:
        """What its calls are signed with: Date, as the guide has it, or X-Date where that was refused."""
        return "X-Date" if self.lessons.get(NEEDS_X_DATE) else "Date"

    @property
    def is_usable(self) -> bool:
        """Whether new jobs may be made in its name."""
        return self.disabled_at is None and self.replaced_at is None


class Membership(models.Model):
    """Who may do what with an account."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        SUBMITTER = "submitter", _("Submitter")
        VIEWER = "viewer", _("Viewer")

    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.OWNER)
    # The account that the person's new jobs begin with.
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="one_role_per_member"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_default=True), name="one_default_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.account_id}"
