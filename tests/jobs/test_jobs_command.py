"""`manage.py jobs` tells an operator, and an operator's programs, how every job stands."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from jobs.models import Attempt, Batch, Job, in_seconds
from tests.demo_process import ROOT, clean_env
from tests.factories import make_account, make_job

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture
def account(alice: User) -> Account:
    return make_account(alice)


def listed(*words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said("--json", *words).splitlines()]


def said(*words: str) -> str:
    out = StringIO()
    call_command("jobs", *words, stdout=out)
    return out.getvalue()


def test_a_job_is_told_with_reason_attempts_and_times(account: Account, alice: User) -> None:
    batch = Batch.objects.create(account=account, owner=alice, capability="musicBeat")
    job = make_job(
        account,
        state=State.UNSURE,
        batch=batch,
        position=3,
        failed_in="submit",
        error_kind="Unanswered",
        error_words="歌",
        due_at=datetime.fromisoformat("2030-01-02T03:04:05+08:00"),
    )
    for number, outcome in ((1, Attempt.Outcome.THROTTLED), (2, Attempt.Outcome.UNSURE)):
        Attempt.objects.create(job=job, number=number, destination="/output/x", outcome=outcome)
    (told,) = listed()
    assert (told["id"], told["state"], told["account"]) == (str(job.pk), "UNSURE", str(account.pk))
    assert (told["batch"], told["position"], told["capability"]) == (str(batch.pk), 3, "musicBeat")
    assert told["reason"] == {"failed_in": "submit", "kind": "Unanswered", "words": "歌"}
    assert [(each["number"], each["outcome"]) for each in told["attempts"]] == [
        (1, "throttled"),
        (2, "unsure"),
    ]
    assert all(datetime.fromisoformat(each["sent"]) for each in told["attempts"])
    times = told["times"]
    assert times["next"] == "2030-01-01T19:04:05.000+00:00"
    assert datetime.fromisoformat(times["created"]) <= datetime.fromisoformat(times["changed"])
    assert (times["submitted"], times["ended"], times["lease_until"]) == (None, None, None)


def test_a_job_that_tmp_has_tells_when_it_is_asked_about_next(account: Account) -> None:
    job = make_job(account, state=State.PROCESSING, tmp_id="t-1")
    type(job.refresh).objects.update(due_at=in_seconds(600))
    (told,) = listed()
    job.refresh.refresh_from_db()
    assert datetime.fromisoformat(told["times"]["next"]).timestamp() == pytest.approx(
        job.refresh.due_at.timestamp(), abs=0.002
    )
    assert told["reason"] is None


def test_jobs_are_chosen_by_state_account_and_number(account: Account, bob: User) -> None:
    other = make_account(bob, user_name="another")
    jobs = [make_job(account), make_job(account, state=State.ERROR, error_kind="Refused"), make_job(other)]
    newest_first = sorted(jobs, key=lambda job: (job.created_at, job.pk), reverse=True)
    assert [told["id"] for told in listed()] == [str(job.pk) for job in newest_first]
    assert [told["id"] for told in listed("--state", "ERROR")] == [str(jobs[1].pk)]
    assert {told["id"] for told in listed("--account", str(account.pk))} == {str(job.pk) for job in jobs[:2]}
    assert len(listed("--limit", "2")) == 2
    assert listed("--limit", "0") == []


@pytest.mark.parametrize(
    "words", [("--state", "DONE"), ("--account", str(uuid4())), ("--account", "x"), ("--limit", "-1")]
)
def test_what_there_is_not_is_said(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        said(*words)


def test_without_json_it_is_a_table_that_no_word_of_tmp_can_break(account: Account) -> None:
    make_job(account, state=State.ERROR, error_kind="Refused", error_words="no\nsuch \x1b[31msong")
    head, row = said().splitlines()
    assert head.split() == ["job", "state", "created", "changed", "next", "attempts", "reason"]
    assert "ERROR" in row
    assert row.endswith("Refused: no such  [31msong")


def test_it_reads_in_pieces_however_many_there_are(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.management.commands.jobs.AT_ONCE", 4)
    for _ in range(10):
        make_job(account)
    with CaptureQueriesContext(connection) as asked:
        assert len(listed()) == 10
    # The jobs once, and the attempts of each piece.
    assert len(asked) <= 1 + 3


def test_no_secret_is_told(account: Account) -> None:
    job = make_job(account, state=State.UNSURE, error_kind="Unanswered")
    Attempt.objects.create(job=job, number=1, destination="/output/x", callback_token_hash="a" * 64)
    whole = said("--json") + said()
    assert "SECRET" not in whole
    assert "a" * 64 not in whole


def test_who_reads_may_stop_reading(tmp_path: Path) -> None:
    words = [sys.executable, "manage.py", "jobs"]
    env = clean_env(tmp_path)
    subprocess.run([*words[:2], "migrate", "-v0"], cwd=ROOT, env=env, check=True)
    with subprocess.Popen(
        words, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout and running.stderr
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 0
