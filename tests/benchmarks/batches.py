"""Rounds of a thousand songs in one form: how long a person waits for the portal, and for the naive app."""

from __future__ import annotations

import time
from uuid import uuid4

from django.contrib.auth.models import User
from django.test import Client

from accounts.models import Account
from tests.benchmarks import running, seeding
from tests.benchmarks.figures import host_load, note
from tests.benchmarks.running import Plan
from tests.benchmarks.stage import Stage
from tmpportal.celery import app

SONGS = 1_000
# One job shows that the workers are up; they are at work while the form is sent.
BESIDE = Plan(jobs=1, interval=1.0, warm=0.0, window=0.0)
FORM = "/jobs/new/musicBeat/"


def batch(stage: Stage, plan: Plan) -> dict[str, float]:
    """One round: both forms with SONGS lines, by Django's test client."""
    with running.naive(stage, plan) as at_work:
        at_work.wait_for_polls()
        naive = float(seeding.ask_naive(stage, "batch", _songs(), NAIVE_GATEWAY=at_work.gateway.url))
    with running.engine(stage, plan) as at_work:
        at_work.wait_for_polls()
        form, look = _send_the_form()
    note(
        f"{SONGS} songs in one form: {form:.3f} s to the look at it and {look:.3f} s to send it, "
        f"naive {naive:.3f} s, {host_load()}"
    )
    return {"batch_1000_request_vs_naive": (form + look) / naive}


def _send_the_form() -> tuple[float, float]:
    """Seconds for the form, and for the click that sends what the portal shows of it."""
    app.set_current()
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.get())
    # Who sends a form is not the first to ask this process anything.
    client.get("/healthz")
    fields = {
        "account": Account.objects.get().pk,
        "idempotency_key": uuid4(),
        "source": "list",
        "lines": "\n".join(_songs()),
        "outputType": "3",
        "destination": "/output/musicBeat",
    }
    started = time.perf_counter()
    answer = client.post(FORM, fields)
    formed = time.perf_counter()
    assert answer.status_code == 302, answer
    sent = client.post(answer.headers["Location"])
    assert sent.status_code == 302, sent
    return formed - started, time.perf_counter() - formed


def _songs() -> list[str]:
    return [f"songs/{number:04d}.mp3" for number in range(SONGS)]
