"""A job whose answer was lost is recovered by the files that only it can have written."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.contrib.auth.models import User

from accounts.clients import bucket_for
from accounts.models import Account
from jobs import services
from jobs.engine import collecting, recovering, timing
from jobs.models import Job, in_seconds
from jobs.results import Result
from tests.factories import make_account, make_job
from tests.jobs.raw_gateway import RawGateway
from tests.jobs.working import submit
from tests.jobs.working import work_on as look
from tests.sandbox_process import SandboxProcess
from tests.tencent.wire_server import WireServer, drip

State = Job.State
BEATS = [0.5, 1.0, 1.5, 2.0]


@pytest.fixture
def account(alice: User, gateway: RawGateway, sandbox: SandboxProcess, settings: Any) -> Account:
    """An account at a gateway that loses answers, over a bucket that works."""
    settings.SANDBOX = {**settings.SANDBOX, "store": sandbox.store}
    gateway.answers["CreateJob"] = [b""]
    return make_account(alice, sandbox)


@pytest.fixture
def lost(account: Account) -> Job:
    """An UNSURE job."""
    job = make_job(account)
    submit(job)
    return job


def leave_output(job: Job) -> None:
    """What TMP writes for the job's attempt."""
    key = collecting.key_of(job.attempts.get().destination, "beats.json")
    bucket_for(job.account).put(key, json.dumps({"beats": BEATS}).encode())


def test_output_at_its_own_destination_proves_that_a_job_ran(
    gateway: RawGateway, lost: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.engine.recovering.file_patience", lambda account: -5.0)
    assert look(lost).state == State.UNSURE
    leave_output(lost)
    assert look(lost).state == State.COMPLETED
    result = Result.from_json(lost.result)
    assert [marker.time for marker in result.markers] == BEATS
    assert result.files[0].path.endswith(f"{lost.pk}-1/beats.json")
    assert (lost.error_kind, lost.failed_in) == ("", "")
    assert lost.attempts.get().outcome == "accepted"
    assert [event.note for event in lost.events.all()][-2:] == ["found_output", ""]
    assert gateway.asked == {"CreateJob": 1}


def test_output_that_is_still_being_written_is_not_taken_for_all(lost: Job) -> None:
    assert timing.file_patience(lost.account) > 1
    leave_output(lost)
    assert look(lost).state == State.UNSURE


def test_output_of_an_attempt_that_was_answered_too_late_proves_that_a_job_ran(
    lost: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.engine.recovering.file_patience", lambda account: -5.0)
    leave_output(lost)
    services.send_again(lost)
    submit(lost)
    lost.attempts.filter(number=1).update(outcome="accepted", tmp_id="tmp-1")
    assert look(lost).state == State.COMPLETED
    assert [marker.time for marker in Result.from_json(lost.result).markers] == BEATS


def test_a_person_s_decision_comes_before_what_is_found_later(
    lost: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.engine.recovering.file_patience", lambda account: -5.0)
    leave_output(lost)
    assert services.mark_failed(lost)
    assert look(lost).state == State.ERROR


def test_an_old_unsure_job_is_left_to_a_person(lost: Job, settings: Any) -> None:
    Job.objects.filter(pk=lost.pk).update(changed_at=in_seconds(-settings.GIVE_UP_SECONDS - 5))
    leave_output(lost)
    assert look(lost).state == State.UNSURE


def test_looks_come_ever_further_apart(lost: Job) -> None:
    interval = timing.poll_interval(lost.account)
    look(lost)
    assert Job.objects.filter(pk=lost.pk, due_at__lt=in_seconds(3 * interval)).exists()
    Job.objects.filter(pk=lost.pk).update(changed_at=in_seconds(-3000))
    look(lost)
    assert Job.objects.filter(pk=lost.pk, due_at__gt=in_seconds(200)).exists()


def test_a_bucket_that_cannot_be_asked_changes_nothing(lost: Job, settings: Any) -> None:
    settings.SANDBOX = {**settings.SANDBOX, "store": "http://127.0.0.1:9"}
    assert look(lost).state == State.UNSURE


def test_a_bucket_that_drips_holds_no_sweep(
    lost: Job, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovering, "STORE_SECONDS", 0.5)
    with WireServer(drip(b"HTTP/1.1 200 X\r\nX: " + b"x" * 9_000)) as store:
        settings.SANDBOX = {**settings.SANDBOX, "store": store.url}
        started = time.monotonic()
        assert look(lost).state == State.UNSURE
        assert time.monotonic() - started < 8
        assert store.requests
