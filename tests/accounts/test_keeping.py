"""Drafts that led nowhere, old deeds and sessions that are over go, in small steps; nothing else does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as portal
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import keeping
from accounts.models import AuditEntry, Registration
from tests.demo_process import ROOT
from tests.factories import make_registration

pytestmark = pytest.mark.django_db
STATES = set(Registration.State.values)


def days_ago(days: float) -> Any:
    return timezone.now() - timedelta(days=days)


def test_old_drafts_go_and_what_may_have_keys_at_tmp_stays(alice: User, settings: Any) -> None:
    settings.KEEP_DRAFTS_DAYS = 90
    for state in STATES:
        make_registration(alice, state=state)
    Registration.objects.update(changed_at=days_ago(91))
    young = make_registration(alice)
    assert keeping.tidy(at_once=1) == 1
    assert keeping.tidy() == 1
    assert keeping.tidy() == 0
    left = Registration.objects.exclude(pk=young.pk).values_list("state", flat=True)
    assert set(left) == STATES - {"DRAFT", "REFUSED"}


def test_the_audit_log_is_kept_for_ever_unless_somebody_says_otherwise(alice: User, settings: Any) -> None:
    for days in (1, 800):
        entry = AuditEntry.objects.create(deed="revealed", user=alice, account_name="Studio")
        AuditEntry.objects.filter(pk=entry.pk).update(at=days_ago(days))
    assert portal.KEEP_AUDIT_DAYS == 0
    assert keeping.tidy() == 0
    settings.KEEP_AUDIT_DAYS = 730
    assert keeping.tidy() == 1
    assert AuditEntry.objects.get().at > days_ago(2)


def test_sessions_that_are_over_go_and_a_person_stays_signed_in(client: Client, alice: User) -> None:
    client.force_login(alice)
    mine = client.session.session_key
    for number in range(3):
        Session.objects.create(session_key=f"old-{number}", session_data="", expire_date=days_ago(1))
    for key in (mine, "old-1"):
        told = {"user": alice, "session_key": key, "ip": "127.0.0.1", "user_agent": "x"}
        UserSession.objects.update_or_create(session_key=key, defaults=told)
    UserSession.objects.update(created_at=days_ago(2))
    steps = [keeping.tidy(at_once=2) for _ in range(4)]
    assert max(steps) <= 4 and sum(steps) == 4 and steps[-1] == 0
    assert [row.session_key for row in Session.objects.all()] == [mine]
    assert [row.session_key for row in UserSession.objects.all()] == [mine]
    assert client.get("/accounts/").status_code == 200


def test_the_guides_name_each_setting_of_it_with_its_default() -> None:
    shown = dict(
        re.findall(r"^#(TMPPORTAL_KEEP_\w+)=(\d+)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    )
    assert len(shown) == 4
    for guide in ("deploy.md", "deploy.zh.md"):
        text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
        assert dict(re.findall(r"^\| `(TMPPORTAL_KEEP_\w+)` \| (\d+) \|", text, re.MULTILINE)) == shown
    names = {task["task"] for task in portal.CELERY_BEAT_SCHEDULE.values()}
    assert {"accounts.tasks.tidy", "jobs.tasks.tidy"} <= names
