"""Registrations: attempts to get an account, from the first keystroke to the keys."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.fields import SealedTextField
from accounts.models.account import Account, TenantFields


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """Reads of registrations."""

    def for_user(self, user: Any) -> RegistrationQuerySet:
        """Only a person's own attempts."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class Registration(TenantFields):
    """One way to an account, kept from the first keystroke on: closing the browser loses nothing.

        DRAFT --a--> CHECKING --b--> REGISTERING --c--> DONE
          ^             |'--------h----------------------^
          |             |                |---d--> REFUSED --f--> DRAFT
          '------g------'                '---e--> UNSURE --i--> DONE  (or --d--> REFUSED, when that came late)

    a the form was sent; b the bucket passed, or the person goes on anyway; c TMP answered with keys;
    d TMP said no; e no or an unreadable answer: keys may exist at TMP, and a machine never asks twice;
    f a person edits; g the bucket failed, or only a check was wanted; h the keys were brought along, so TMP
    is asked nothing; i the keys turned up: a late answer, or the demo script in the bucket. UNSURE never goes
    back, so that a late answer always finds its row: trying again makes a new row that `follows` this one.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        CHECKING = "CHECKING", _("Checking the bucket")
        REGISTERING = "REGISTERING", _("Registering")
        UNSURE = "UNSURE", _("Unsure")
        REFUSED = "REFUSED", _("Refused")
        DONE = "DONE", _("Done")

    class KeysFrom(models.TextChoices):
        CALL = "call", _("TMP's answer")
        REPLY = "reply", _("a pasted answer")
        SCRIPT = "script", _("a demo script")
        BUCKET = "bucket", _("the demo script in the bucket")

    LIVE = (State.CHECKING, State.REGISTERING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="registrations")
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="registrations")
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.DRAFT)
    # Rows of tencent.bucket.Check: [{"key", "state", "code", "detail"}], no sentences.
    checks = models.JSONField(default=list, blank=True)
    # The person only wants to know whether the bucket is fit.
    only_check = models.BooleanField(default=False)
    # A person goes on whatever the bucket check says.
    goes_anyway = models.BooleanField(default=False)
    # The name of the branch of tencent.errors and TMP's own words, when there is no account.
    error_kind = models.CharField(max_length=20, blank=True)
    error_words = models.TextField(blank=True)
    exchange = models.JSONField(null=True, blank=True)
    # The answer to Register that the account is made from, wherever it came from; holds TMP's keys.
    raw_reply = SealedTextField(blank=True)
    keys_from = models.CharField(max_length=10, choices=KeysFrom.choices, blank=True)
    # An answer built from the demo script that lay in the bucket after an attempt; a person decides about it.
    found_reply = SealedTextField(blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    # What the last look brought: a code of accounts.registering.rescuing.
    look_result = models.CharField(max_length=20, blank=True)
    # The unsure attempt that this one repeats, by a person's decision.
    follows = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="followed_by", verbose_name=_("follows")
    )
    # Steps of the guide that the person ticked off.
    ticks = models.JSONField(default=list, blank=True)
    # The account whose bucket or keys this registration is to replace.
    renews = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="renewals")
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

    @property
    def is_import(self) -> bool:
        """Whether the keys were brought along, so that TMP is asked nothing."""
        return self.keys_from in (self.KeysFrom.REPLY, self.KeysFrom.SCRIPT, self.KeysFrom.BUCKET)

    @transaction.atomic
    def move(self, from_: str, to: str, *, fence: int | None = None, **fields: Any) -> bool:
        """Change the state if it still is `from_` (and `fence` still ours); says whether this call won."""
        rows = Registration.objects.filter(pk=self.pk, state=from_)
        if fence is not None:
            rows = rows.filter(fence=fence)
        # nosemgrep: state-outside-move  (here it is guarded)
        won = rows.update(state=to, changed_at=Now(), **fields) == 1
        if won:
            self.refresh_from_db()
        return won
