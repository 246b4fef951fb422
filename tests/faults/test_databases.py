"""The database goes, comes back, is full of others, is locked (F10, F11)."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, closing, suppress

import psycopg
import pytest
import requests

from tests.faults.conftest import STATEMENT_SECONDS, held
from tests.faults.stage import Stage
from tests.faults.verdicts import fault

RECOVERY_SECONDS = 30.0
OUTAGE_SECONDS = 8.0


@fault("F10", only="postgresql", instead="no server to restart: a locked file is F11, a full disk F23")
@pytest.mark.parametrize("immediate", [False, True])
def test_a_restart_of_postgres_loses_nothing(stage: Stage, immediate: bool) -> None:
    assert stage.postgres
    stage.sandbox.hold("CreateJob", "after", "out")
    jobs = stage.create_jobs(6)
    stage.sandbox.wait_at("out")
    with stage.mishap("postgres restart"):
        stage.postgres.restart(immediate=immediate)
    stage.sandbox.clear()
    jobs += stage.create_jobs(2)
    stage.wait_until_settled(jobs, RECOVERY_SECONDS)
    held(stage, jobs)


@fault("F10", only="postgresql")
def test_pages_say_so_and_workers_wait_while_postgres_is_down(stage: Stage) -> None:
    assert stage.postgres and stage.web
    jobs = stage.create_jobs(6)
    with stage.mishap("postgres down"):
        stage.postgres.kill()
        until = time.monotonic() + OUTAGE_SECONDS
        while time.monotonic() < until:
            answer = stage.web.get("/")
            assert (answer.code, "Retry-After" in answer.headers) == (503, True)
        stage.postgres.start()
    stage.wait_until_settled(jobs, RECOVERY_SECONDS)
    assert stage.web.get("/").code == 200
    held(stage, jobs)


@fault("F10", only="postgresql")
def test_a_postgres_that_takes_no_more_connections_is_waited_for(stage: Stage) -> None:
    assert stage.postgres and stage.web
    jobs = stage.create_jobs(4)
    with ExitStack() as stack, stage.mishap("no connections"):
        stage.postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'w%'"
        )
        with suppress(psycopg.OperationalError):
            while True:
                stack.enter_context(closing(psycopg.connect(stage.postgres.url, connect_timeout=5)))
        codes = {stage.web.get("/").code for _ in range(5)}
    assert codes <= {200, 503}
    jobs += stage.create_jobs(2)
    stage.wait_until_settled(jobs, RECOVERY_SECONDS)
    held(stage, jobs)


@fault("F10", only="postgresql")
def test_a_row_that_stays_locked_costs_nobody_more_than_a_statement_may_take(stage: Stage) -> None:
    assert stage.web
    stage.sandbox.hold("CreateJob", "after", "out")
    [job] = stage.create_jobs()
    stage.sandbox.wait_at("out")
    # Longer than a worker waits for a lock, so that it has to come back to the answer that it holds.
    with stage.mishap("row lock"), stage.lock_row(job):
        stage.sandbox.clear()
        others = stage.create_jobs(2)
        started = time.monotonic()
        answer = stage.web.post(f"/jobs/{job}/cancel/", {})
        # Behind another waiter the time-out counts twice: for the place in the queue, then for the row.
        assert time.monotonic() - started < STATEMENT_SECONDS + 1
        assert (answer.code, "Retry-After" in answer.headers) == (503, True)
    stage.wait_until_settled([job, *others], RECOVERY_SECONDS)
    held(stage, [job, *others])


@fault("F11", only="sqlite", instead="rows are locked, not the file: F10")
def test_a_file_that_is_locked_for_ten_seconds_makes_everybody_wait_and_fails_nobody(stage: Stage) -> None:
    assert stage.web
    jobs = stage.create_jobs(2)
    made: list[str] = []
    with stage.mishap("file lock"), stage.lock_row(jobs[0]):
        posting = threading.Thread(target=lambda: made.extend(stage.create_jobs_by_form()))
        posting.start()
        # The page is asked for while the form of the other visitor waits.
        session = requests.Session()
        session.trust_env = False
        assert session.get(f"{stage.web.address}/healthz", timeout=5).status_code == 200
        posting.join(10)
        assert posting.is_alive()
    posting.join(30)
    assert len(made) == 1
    stage.wait_until_settled([*jobs, *made], RECOVERY_SECONDS)
    held(stage, [*jobs, *made])


@fault("F11", only="sqlite")
def test_four_writers_at_once_all_come_to_their_turn(stage: Stage) -> None:
    made: list[str] = []
    writers = [threading.Thread(target=lambda: made.extend(stage.create_jobs_by_form(3))) for _ in range(4)]
    for writer in writers:
        writer.start()
    made += stage.create_jobs(20)
    for writer in writers:
        writer.join(60)
    assert len(made) == 32
    stage.wait_for_states(made, "COMPLETED", seconds=60)
    held(stage, made)
