"""Rows in every state a person can meet, for the pages that show them; runs inside the demo's own Django."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.demo_process import ROOT, DemoProcess, clean_env

FRESH, MANY = "fresh", "many"
CALL = "import json; from tests.browser import many_states; print(json.dumps(many_states.fill()))"
CHECKS = [
    {"key": "list", "state": "ok", "code": "", "detail": {}},
    {"key": "clock", "state": "warn", "code": "clock", "detail": {"skew_s": 90}},
    {"key": "put", "state": "failed", "code": "AccessDenied", "detail": {"http_state": 403}},
    {"key": "get", "state": "skipped", "code": "", "detail": {}},
    {"key": "cors", "state": "forbidden", "code": "AccessDenied", "detail": {"http_state": 403}},
]


@cache
def fill_demo(data: Path) -> list[str]:
    """Make the rows in the running demo over `data`, once; returns the paths of their pages."""
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", CALL]
    done = subprocess.run(command, cwd=ROOT, env=clean_env(data), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    paths: list[str] = json.loads(done.stdout)
    return paths


def enter(page: Page, demo: DemoProcess, name: str) -> None:
    """Sign in as FRESH or MANY."""
    from tests.factories import PASSWORD

    page.goto(f"{demo.url}sign-in/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page).to_have_url(demo.url)


def fill() -> list[str]:
    """A person with a row in every state, and one who has nothing; both sign in with factories.PASSWORD."""
    from datetime import timedelta

    from django.utils import timezone

    from accounts.models import Account, Registration
    from jobs.models import Job, Preparation
    from tests.accounts.registering import INFO
    from tests.factories import make_account, make_job, make_membership, make_registration, make_user

    make_user(username=FRESH)
    many = make_user(username=MANY)
    later = timezone.now() + timedelta(hours=1)
    # Journeys before may have made more.
    demos = Account.objects.earliest("created_at")
    make_membership(demos, many)
    wordy = {"checks": CHECKS, "lease_until": later, "sent_at": timezone.now()}
    words = {"REFUSED": "The account has no balance.", "UNSURE": "The connection broke."}
    attempts = [
        make_registration(many, state=state, error_words=words.get(state, ""), **wordy)
        for state in Registration.State.values
        if state != Registration.State.DONE
    ]
    reply = json.dumps({"requestId": "r", "registerInfo": INFO})
    found = {"found_reply": reply, "look_result": "found", "looked_at": timezone.now()}
    attempts += [
        make_registration(many, state="UNSURE", **wordy, **found),
        make_registration(many, state="DRAFT", raw_reply=reply, keys_from="reply"),
        make_registration(many, state="DRAFT", operate_uin="1250000000"),
        make_registration(many, state="DONE", account=demos, checks=CHECKS),
    ]
    mine = make_account(many, name="A studio with a name too long for a phone", paused_because="TMP said no.")
    jobs = [
        make_job(mine, state=state, due_at=later, lease_until=later)
        for state in Job.State.values
        if state not in (Job.State.COMPLETED, Job.State.QUEUED)
    ]
    readied = next(job for job in jobs if job.state == Job.State.PREPARING)
    Preparation.objects.create(job=readied, step="converting", done=90_000, total=200_000, as_audio=True)
    return [
        *(f"accounts/registrations/{attempt.pk}/" for attempt in attempts),
        *(f"accounts/register/?draft={attempt.pk}" for attempt in attempts if attempt.state == "DRAFT"),
        *(f"jobs/{job.pk}/" for job in jobs),
        f"accounts/{mine.pk}/",
    ]
