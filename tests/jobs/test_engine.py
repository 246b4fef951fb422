"""A job from the form to its beats, against the sandbox as a process of its own."""

from __future__ import annotations

import time

import pytest

from accounts.models import Account
from jobs import services
from jobs.models import Job
from jobs.results import Result
from tests.factories import SONG_BPM, make_job
from tests.jobs.working import submit, work

State = Job.State


def run_until_final(job: Job, seconds: float = 30.0) -> float:
    """Works as a worker would; returns the seconds it took."""
    started = time.monotonic()
    while job.state not in Job.FINAL and time.monotonic() - started < seconds:
        work()
        job.refresh_from_db()
        time.sleep(0.1)
    return time.monotonic() - started


def test_a_song_becomes_beats(sandbox_account: Account) -> None:
    job = make_job(sandbox_account)
    submit(job)
    assert (job.state, job.error_words) == (State.SUBMITTED, "")
    took = run_until_final(job)
    assert job.state == State.COMPLETED, (job.error_kind, job.error_words)
    assert took < 4.0
    result = Result.from_json(job.result)
    assert result.note == ""
    facts = {fact.key: fact.value for fact in result.facts}
    assert facts["tempo"] == pytest.approx(SONG_BPM, rel=0.02)
    near = [marker.time for marker in result.markers if abs(marker.time * 2 - round(marker.time * 2)) < 0.1]
    assert len(near) >= 12
    marked = next(file for file in result.files if file.name == "mergeFileName")
    assert marked.path.startswith(f"output/musicBeat/{job.pk}-1/")
    assert marked.kind == "audio"


def test_the_whole_story_is_kept(sandbox_account: Account) -> None:
    job = make_job(sandbox_account)
    run_until_final(job)
    story = [event.to_state for event in job.events.all()]
    assert story[:3] == ["QUEUED", "SUBMITTING", "SUBMITTED"]
    assert story[-2:] == ["COLLECTING", "COMPLETED"]
    attempt = job.attempts.get()
    assert attempt.outcome == "accepted"
    assert attempt.tmp_id == job.tmp_id
    said = [exchange.action for exchange in job.exchanges.all()]
    assert said[0] == "CreateJob"
    assert "GetJob" in said
    stored = str([exchange.exchange for exchange in job.exchanges.all()])
    for secret in (sandbox_account.tmp_secret_key, sandbox_account.gateway_secret_key):
        assert secret not in stored


def test_a_song_that_is_not_there_fails_in_the_words_of_tmp(sandbox_account: Account) -> None:
    job = make_job(sandbox_account, source_path="uploads/nothing.wav")
    run_until_final(job)
    assert job.state == State.ERROR
    assert job.failed_in in ("submit", "processing")
    assert job.error_words


def test_a_result_can_be_read_again_from_what_was_kept(sandbox_account: Account) -> None:
    job = make_job(sandbox_account)
    run_until_final(job)
    before = job.result
    Job.objects.filter(pk=job.pk).update(result=None)
    job.refresh_from_db()
    assert services.read_again(job)
    assert (job.state, job.result) == (State.COMPLETED, before)
