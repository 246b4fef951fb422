"""The timeout of a job: whatever it waits for, once the time is over it ends in an error and says so."""

from __future__ import annotations

import time

import pytest

from sandbox.dialects import Dialect
from sandbox.platform.outcomes import Outcome
from sandbox.platform.pace import Pace
from tests.sandbox.asking import failure
from tests.sandbox.client import Caller
from tests.sandbox.conftest import caller_of
from tests.sandbox.speaking import Start
from tests.sandbox.test_gateway_callbacks import Listener

SENTENCE = "the job took longer than its timeout of 1 s"
SLOW = Pace(name="slow", queue_seconds=0, work_seconds=60)


@pytest.mark.parametrize("ears", ["listen", "quick"])
def test_a_job_that_only_waits_for_its_time_ends_too(start: Start, ears: str) -> None:
    caller = caller_of(start(SLOW, ears=ears))
    began = time.monotonic()
    assert failure(caller, caller.job("song.mp3", timeout=1)) == SENTENCE
    assert time.monotonic() - began >= 1


def test_a_job_that_was_ordered_to_be_late_ends_too(start: Start) -> None:
    sandbox = start(ears="quick")
    caller = caller_of(sandbox)
    sandbox.trouble.outcomes.order(Outcome(kind="late", seconds=60))
    assert failure(caller, caller.job("song.mp3", timeout=1)) == SENTENCE


def test_its_caller_is_told(start: Start) -> None:
    caller = caller_of(start(SLOW, ears="quick"))
    with Listener(0) as listener:
        url = f"http://127.0.0.1:{listener.server_port}/"
        job_id = caller.create(caller.job("song.mp3", timeout=1, callback=url))
        [taken] = listener.wait()
    job = taken["body"]["getJobResponse"]["job"]
    assert (job["state"], job["message"]) == (4, SENTENCE)
    assert caller.look(job_id) == job


@pytest.mark.parametrize(("setting", "state"), [("3600", 4), ("600", 4), ("none", 2)])
def test_who_names_none_has_that_of_the_dialect(start: Start, setting: str, state: int) -> None:
    """Not waited for: the job is made older than an hour, as a sandbox that slept would find it."""
    sandbox = start(SLOW, ears="quick", dialect=Dialect({"timeout": setting}))
    caller = caller_of(sandbox)
    job_id = caller.create(caller.job("song.mp3"))
    sandbox.backend.database.run("update job set created = created - 3601 where id = ?", job_id)
    # The next one is overdue later, so that the first has been looked at by then.
    failure(caller, caller.job("song.mp3", timeout=1))
    assert caller.look(job_id)["state"] == state


def test_time_that_passed_while_the_sandbox_was_away_counts(start: Start) -> None:
    first = start(SLOW, ears="quick")
    caller = caller_of(first)
    job_id = caller.create(caller.job("song.mp3", timeout=100))
    first.stop()
    second = start(SLOW, ears="quick")
    second.backend.database.run("update job set created = created - 100 where id = ?", job_id)
    job = Caller(second.gateway.url, caller.source, caller.info).finish(job_id)
    assert (job["state"], job["message"]) == (4, "the job took longer than its timeout of 100 s")
