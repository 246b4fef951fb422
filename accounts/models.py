"""Accounts (registered TMP tenants), who may use them, and registrations (attempts to get one)."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import endpoints
from accounts.fields import SealedTextField


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

    def free_name(self, user: Any, wanted: str) -> str:
        """`wanted`, numbered when `user` has an account of that name already."""
        taken = set(self.for_user(user).values_list("name", flat=True))
        names = [wanted, *(f"{wanted} ({number})" for number in range(2, len(taken) + 3))]
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
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("TMP account")
        verbose_name_plural = _("TMP accounts")
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """Who may do what with an account."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        SUBMITTER = "submitter", _("Submitter")
        VIEWER = "viewer", _("Viewer")

    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.OWNER)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="one_role_per_member")]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.account_id}"


class Song(models.Model):
    """The person's own name of an object in the bucket: keys are made by the server and say nothing."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="songs")
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="songs")
    path = models.CharField(max_length=1024)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    # Length in seconds where the file tells it.
    seconds = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["-created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["account", "path"], name="one_name_per_object")]

    def __str__(self) -> str:
        return self.name


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """Reads of registrations."""

    def for_user(self, user: Any) -> RegistrationQuerySet:
        """Only a person's own attempts."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class Registration(TenantFields):
    """One attempt to register, kept from the first keystroke on: closing the browser loses nothing.

        DRAFT --a--> CHECKING --b--> REGISTERING --c--> DONE
          ^             |                |---d--> REFUSED --f--> DRAFT
          '------g------'                '---e--> UNSURE  --f--> DRAFT (only by a person)

    a the form was sent; b the bucket passed, or the person goes on anyway; c TMP answered with keys;
    d TMP said no; e no or an unreadable answer: keys may exist at TMP, and a machine never asks twice;
    g the bucket failed.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        CHECKING = "CHECKING", _("Checking the bucket")
        REGISTERING = "REGISTERING", _("Registering")
        UNSURE = "UNSURE", _("Unsure")
        REFUSED = "REFUSED", _("Refused")
        DONE = "DONE", _("Done")

    LIVE = (State.CHECKING, State.REGISTERING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="registrations")
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="registrations")
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.DRAFT)
    # Rows of tencent.bucket.Check: [{"key", "state", "code", "detail"}], no sentences.
    checks = models.JSONField(default=list, blank=True)
    # The name of the branch of tencent.errors and TMP's own words, when there is no account.
    error_kind = models.CharField(max_length=20, blank=True)
    error_words = models.TextField(blank=True)
    exchange = models.JSONField(null=True, blank=True)
    # Holds keys that are handed out once: stored before anything else is done with it.
    raw_reply = SealedTextField(blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    changed_at = models.DateTimeField(_("changed"), db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["state", "lease_until"], name="registration_sweep")]

    def __str__(self) -> str:
        return f"{self.caller} {self.state}"

    @transaction.atomic
    def move(self, from_: str, to: str, *, fence: int | None = None, **fields: Any) -> bool:
        """Change the state if it still is `from_` (and `fence` still ours); says whether this call won."""
        rows = Registration.objects.filter(pk=self.pk, state=from_)
        if fence is not None:
            rows = rows.filter(fence=fence)
        won = rows.update(state=to, changed_at=Now(), **fields) == 1
        if won:
            self.refresh_from_db()
        return won
