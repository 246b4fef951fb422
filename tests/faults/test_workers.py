"""Workers die or sleep at every step of a job (F1 to F7)."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from tests.faults.conftest import held
from tests.faults.databases import PostgresDatabase
from tests.faults.stage import LEASE_SECONDS, SQLITE, Stage
from tests.faults.trouble import deaf, pause_between_writes
from tests.faults.verdicts import fault, sampled

# What a takeover may take: the lease, a sweep, and a start of a process on a busy machine.
TAKEOVER_SECONDS = LEASE_SECONDS + 15
NEVER = 600.0


@fault("F1")
def test_a_worker_that_dies_before_it_sends_leaves_a_job_in_doubt_and_not_a_second_one(stage: Stage) -> None:
    with deaf(stage.sandbox):
        [job] = stage.create_jobs()
        stage.wait_for_states([job], "SUBMITTING")
        stage.worker().kill()
    stage.worker().start().wait()
    stage.wait_for_states([job], "UNSURE", seconds=TAKEOVER_SECONDS)
    assert held(stage, [job]).flagged == {job}
    assert _accepted(stage, job) == 0
    assert stage.send_again(job)
    stage.wait_for_states([job], "COMPLETED")
    assert held(stage, [job]).flagged == {job}
    assert _accepted(stage, job) == 1


@fault("F1")
def test_a_worker_that_dies_while_it_takes_a_job_leaves_it_in_the_queue(stage: Stage) -> None:
    [first] = stage.create_jobs()
    stage.wait_for_states([first], "COMPLETED")
    account = stage.database.key(stage.account().id)
    with _taking_stands_still(stage, account):
        [job] = stage.create_jobs() if stage.kind != SQLITE else [""]
        if job:
            stage.wait_until(lambda: stage.database.waiting() > 0, 10, "the worker waits for the limits")
        stage.worker().kill()
    jobs = [first, *(stage.create_jobs() if not job else [job])]
    stage.worker().start().wait()
    stage.wait_for_states(jobs, "COMPLETED", seconds=TAKEOVER_SECONDS)
    assert held(stage, jobs).flagged == set()
    assert _accepted(stage, jobs[1]) == 1


def _taking_stands_still(stage: Stage, account: str):
    """Nobody can take a job of this account."""
    if isinstance(stage.database, PostgresDatabase):
        return stage.database.hold("SELECT 1 FROM jobs_limits WHERE account_id = %s FOR UPDATE", account)
    return stage.database.lock_row(account)


@fault("F2")
@sampled
def test_what_was_out_when_its_worker_died_is_found_by_its_output_or_flagged(stage: Stage) -> None:
    stage.sandbox.hold("CreateJob", "after", "heard")
    stage.sandbox.hold("CreateJob", "before", "on-its-way")
    stage.sandbox.fault("hang_before", "CreateJob")
    jobs = stage.create_jobs(3)
    stage.sandbox.wait_at("heard")
    stage.sandbox.wait_at("on-its-way")
    stage.wait_until(lambda: _hangs(stage, jobs), 10, "the third call is out")
    stage.worker().kill()
    stage.sandbox.clear()
    stage.worker().start().wait()
    stage.wait_until_settled(jobs)
    books = held(stage, jobs)
    assert (len(books.recovered), len(books.flagged)) == (2, 1)
    assert set(stage.rows(jobs).values()) == {"COMPLETED", "UNSURE"}


@fault("F3")
def test_a_worker_that_dies_between_the_answer_and_its_save_doubles_nothing(stage: Stage) -> None:
    stage.sandbox.hold("CreateJob", "after", "heard")
    [job] = stage.create_jobs()
    stage.sandbox.wait_at("heard")
    with stage.lock_row(job):
        stage.sandbox.open("heard")
        _wait_at_save(stage)
        stage.worker().kill()
    stage.worker().start().wait()
    stage.wait_until_settled([job])
    assert held(stage, [job]).recovered == {job}
    assert stage.rows()[job] == "COMPLETED"


@fault("F4")
def test_a_question_that_dies_with_its_worker_is_asked_by_another(stage: Stage) -> None:
    stage.sandbox.hold("GetJob", "before", "asked")
    jobs = stage.create_jobs(2)
    stage.sandbox.wait_at("asked")
    stage.worker().kill()
    stage.sandbox.clear()
    stage.worker().start().wait()
    stage.wait_for_states(jobs, "COMPLETED", seconds=TAKEOVER_SECONDS)
    assert held(stage, jobs).flagged == set()


@fault("F5")
def test_a_worker_that_dies_while_it_saves_a_result_saves_all_or_nothing(stage: Stage) -> None:
    slow = 2.0
    stage.sandbox.store_fault("slow", "GetObject", seconds=slow)
    [job] = stage.create_jobs()
    stage.wait_for_states([job], "COLLECTING")
    with stage.lock_row(job):
        _wait_at_save(stage, after=slow)
        stage.worker().kill()
    assert stage.rows()[job] == "COLLECTING"
    stage.worker().start().wait()
    stage.wait_for_states([job], "COMPLETED", seconds=TAKEOVER_SECONDS)
    held(stage, [job])
    assert stage.path_of(job).count("COMPLETED") == 1


@fault("F6")
def test_a_result_that_kills_its_reader_again_and_again_is_given_up_and_others_go_on(stage: Stage) -> None:
    stage.sandbox.store_fault("slow", "GetObject", seconds=3.0, times=50)
    [poison] = stage.create_jobs()
    for seen in range(3):
        stage.wait_until(lambda seen=seen: _readings(stage, poison) > seen, 20, "another reading")
        stage.worker().restart()
    stage.sandbox.clear()
    others = stage.create_jobs(3)
    stage.wait_for_states([poison, *others], "COMPLETED", "ERROR", seconds=TAKEOVER_SECONDS + 10)
    held(stage, [poison, *others], odd=[poison])
    assert set(stage.rows(others).values()) == {"COMPLETED"}


@fault("F6")
def test_a_reader_that_is_killed_costs_one_reading_and_no_worker(stage: Stage) -> None:
    stage.sandbox.store_fault("slow", "GetObject", seconds=2.0)
    [job] = stage.create_jobs()
    stage.wait_until(lambda: len(stage.worker().pids()) > 1, 20, "somebody reads")
    for child in stage.worker().pids()[1:]:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    others = stage.create_jobs(2)
    stage.wait_for_states([job, *others], "COMPLETED", seconds=TAKEOVER_SECONDS + 10)
    assert held(stage, [job, *others]).flagged == set()


@fault("F32")
def test_what_a_person_decided_in_doubt_is_not_undone_by_a_late_answer(stage: Stage) -> None:
    # Performed only when the barrier opens: until then nothing in the bucket tells of the job.
    stage.sandbox.hold("CreateJob", "before", "on-its-way")
    [job] = stage.create_jobs()
    stage.sandbox.wait_at("on-its-way")
    pause_between_writes(stage)
    stage.new_worker().wait()
    stage.wait_for_states([job], "UNSURE", seconds=TAKEOVER_SECONDS)
    assert stage.person.do("act", name="mark_failed", job=job)
    stage.sandbox.clear()
    stage.worker().resume()
    stage.wait_until(lambda: _has_felt(stage, stage.worker().pid), 15, "the sleeper is at work again")
    assert stage.rows()[job] == "ERROR"
    assert held(stage, [job]).flagged == {job}


@fault("F7")
@sampled
def test_a_worker_that_sleeps_longer_than_its_lease_overwrites_nothing_when_it_wakes(stage: Stage) -> None:
    stage.sandbox.hold("CreateJob", "after", "sent")
    [sent] = stage.create_jobs()
    stage.sandbox.wait_at("sent")
    stage.sandbox.hold("GetJob", "before", "asked")
    [asked] = stage.create_jobs()
    stage.sandbox.wait_at("asked")
    pause_between_writes(stage)
    stage.new_worker().wait()
    jobs = [sent, asked]
    stage.wait_for_states(jobs, "COMPLETED", seconds=TAKEOVER_SECONDS + 10)
    before = len(stage.audit())
    stage.sandbox.clear()
    stage.worker().resume()
    # The woken one writes down what it was told when it feels its pulse again.
    stage.wait_until(lambda: _has_felt(stage, stage.worker().pid), 15, "the sleeper is at work again")
    assert len(stage.audit()) == before
    assert held(stage, jobs).recovered == {sent}


def _wait_at_save(stage: Stage, *, after: float = 0.0) -> None:
    """Until the worker waits for the lock that the test holds."""
    if stage.kind == SQLITE:
        # Nobody knows who waits for a file; whenever it dies now, nothing of it can have been saved.
        time.sleep(after + 0.5)
        return
    stage.wait_until(lambda: stage.database.waiting() > 0, after + 10, "the worker waits at its save")


def _hangs(stage: Stage, jobs: list[str]) -> bool:
    """Whether one of the jobs is out without being heard."""
    return any(entry["custom_id"][:36] in jobs for entry in stage.sandbox.ledger("create_job_not_performed"))


def _accepted(stage: Stage, job: str) -> int:
    return sum(entry["custom_id"].startswith(job) for entry in stage.sandbox.ledger("create_job"))


def _readings(stage: Stage, job: str) -> int:
    rows = stage.database.query("SELECT readings FROM jobs_job WHERE id = %s", stage.database.key(job))
    return int(rows[0][0])


def _has_felt(stage: Stage, pid: int) -> bool:
    young = (
        "at > now() - interval '2 seconds'" if stage.kind != SQLITE else "at > datetime('now', '-2 seconds')"
    )
    rows = stage.database.query(f"SELECT 1 FROM jobs_pulse WHERE name LIKE %s AND {young}", f"engine:%:{pid}")
    return bool(rows)
