"""How long drafts, the audit log and sessions are kept: the oldest go, a few at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import AuditEntry, Registration

State = Registration.State
AT_ONCE = 500
# What led to no account. An UNSURE one may have keys at TMP, a DONE one says how its account came to be.
_FAILED = (State.DRAFT, State.REFUSED)


def tidy(*, at_once: int = AT_ONCE) -> int:
    """Let go of what is older than the settings say, at most so many of each kind; how many."""
    drafts = Registration.objects.filter(state__in=_FAILED).order_by("changed_at")
    sessions = Session.objects.filter(expire_date__lt=timezone.now()).order_by("expire_date")
    known = Session.objects.filter(pk=OuterRef("session_key"))
    # One that begins just now may be written before its session.
    over = UserSession.objects.filter(~Exists(known), created_at__lt=timezone.now() - timedelta(hours=1))
    gone = 0
    if before := _days_ago(settings.KEEP_DRAFTS_DAYS):
        gone += _let_go(drafts.filter(changed_at__lt=before), at_once)
    if before := _days_ago(settings.KEEP_AUDIT_DAYS):
        gone += _let_go(AuditEntry.objects.filter(at__lt=before).order_by("at"), at_once)
    # Of a sign-in that is over nothing is of use to anybody.
    return gone + _let_go(sessions, at_once) + _let_go(over.order_by("pk"), at_once)


def _days_ago(days: int) -> datetime | None:
    """None for 0, which keeps for ever."""
    return timezone.now() - timedelta(days=days) if days else None


def _let_go(rows: QuerySet[Any], at_once: int) -> int:
    keys = list(rows.values_list("pk", flat=True)[:at_once])
    # Asked again: a draft that a person took up meanwhile stays.
    return rows.filter(pk__in=keys).order_by().delete()[0] if keys else 0
