"""TMP's gateway errs, throttles, refuses, is away, drips, lies (F12 to F18)."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.faults.conftest import held
from tests.faults.stage import LEASE_SECONDS, Stage
from tests.faults.verdicts import fault

# Of one CreateJob, as short as the stage's lease makes it.
DEADLINE_SECONDS = LEASE_SECONDS / 2
RECOVERY_SECONDS = 40.0


def send_into(stage: Stage, *faults: tuple[str, dict], count: int = 1) -> list[str]:
    """One job for each of these faults of CreateJob, settled; and `count` that meet none."""
    # A new worker remembers no outage, after which it would send one job in half a minute; and all are out
    # at once before it knows of one.
    stage.worker().kill()
    for kind, more in faults:
        stage.sandbox.fault(kind, "CreateJob", **more)
    jobs = stage.create_jobs(len(faults) + count)
    stage.worker().start()
    stage.wait_until_settled(jobs, RECOVERY_SECONDS)
    return jobs


@fault("F12")
def test_a_gateway_that_errs_at_a_creation_leaves_it_to_a_person_and_a_question_is_asked_again(
    stage: Stage,
) -> None:
    for status in (500, 502, 503, 504):
        stage.sandbox.fault("http", "GetJob", status=status, times=2)
    jobs = send_into(stage, *(("http", {"status": status}) for status in (500, 502, 503, 504)))
    books = held(stage, jobs)
    assert (len(books.flagged), len(books.recovered)) == (4, 0)
    assert sorted(stage.rows(jobs).values()) == ["COMPLETED", *["UNSURE"] * 4]


@fault("F13")
def test_a_gateway_that_counts_too_many_calls_is_left_alone_for_as_long_as_it_says(stage: Stage) -> None:
    silence = 3
    stage.sandbox.fault("throttle", "CreateJob", retry_after=silence)
    jobs = stage.create_jobs(3)
    stage.wait_for_states(jobs, "COMPLETED", seconds=RECOVERY_SECONDS)
    books = held(stage, jobs)
    assert books.flagged | books.recovered == set()
    calls = [entry for entry in stage.sandbox.ledger() if entry["custom_id"][:36] in jobs]
    [throttled] = [_at(entry) for entry in calls if entry["answered"] == "throttle"]
    # Those that were out already when the first was refused.
    others = [entry for entry in calls if _at(entry) >= throttled and entry["answered"] != "throttle"]
    assert sum(throttled + 0.5 < _at(entry) < throttled + silence - 0.1 for entry in others) == 0
    stage.person.do("resume", account=stage.account().id)


@fault("F14")
@pytest.mark.parametrize("status", [401, 403])
def test_refused_keys_stop_their_account_at_once_and_no_other(stage: Stage, status: int) -> None:
    stage.account("second")
    jobs = stage.create_jobs()
    stage.wait_for_states(jobs, "COMPLETED")
    before = len(stage.sandbox.ledger())
    caller = stage.sandbox.ledger("create_job")[-1]["source"]
    stage.sandbox.fault("http", "CreateJob", status=status, caller=caller, times=100)
    stage.sandbox.fault("http", "GetJob", status=status, caller=caller, times=100)
    refused = stage.create_jobs()
    stage.wait_until(lambda: _paused(stage), 15, "the account is paused")
    refused += stage.create_jobs(4)
    others = stage.create_jobs(3, account="second")
    stage.wait_for_states(others, "COMPLETED")
    assert set(stage.rows(refused).values()) == {"QUEUED"}
    calls = [entry for entry in stage.sandbox.ledger(after=before) if entry["source"] == caller]
    assert len(calls) <= 2
    held(stage, [*jobs, *refused, *others])
    stage.sandbox.clear()
    assert stage.person.do("resume", account=stage.account().id) == 5
    stage.wait_for_states(refused, "COMPLETED")
    held(stage, [*jobs, *refused, *others])


@fault("F15")
def test_a_gateway_that_cannot_be_reached_is_surely_not_sent_to_and_tried_again(stage: Stage) -> None:
    with stage.mishap("sandbox down"):
        stage.sandbox.kill()
        jobs = stage.create_jobs(3)
        stage.wait_until(lambda: _kinds(stage, jobs) == {"Unreachable"}, 20, "nobody could be reached")
        stage.sandbox.start()
    stage.wait_for_states(jobs, "COMPLETED", seconds=RECOVERY_SECONDS)
    books = held(stage, jobs)
    assert books.flagged | books.recovered == set()


@fault("F15")
@pytest.mark.parametrize("scheme, host", [("http", "no-such-host.invalid"), ("https", "127.0.0.1")])
def test_a_name_or_a_certificate_that_is_wrong_is_surely_not_sent_to(
    stage: Stage, scheme: str, host: str
) -> None:
    name = "TMPPORTAL_SANDBOX_GATEWAY"
    port = stage.sandbox.gateway.rpartition(":")[2]
    stage.worker().restart(env={name: f"{scheme}://{host}:{port}"})
    jobs = stage.create_jobs(2)
    stage.wait_until(lambda: _kinds(stage, jobs) == {"Unreachable"}, 30, "nobody could be reached")
    stage.worker().restart(env={name: stage.sandbox.gateway})
    stage.wait_for_states(jobs, "COMPLETED", seconds=RECOVERY_SECONDS)
    books = held(stage, jobs)
    assert books.flagged | books.recovered == set()


@fault("F16")
def test_answers_that_drip_end_at_the_deadline_and_hold_up_no_other_account(stage: Stage) -> None:
    stage.account("second")
    for kind, more in SLOW:
        stage.sandbox.fault(kind, "CreateJob", **more)
    jobs = stage.create_jobs(len(SLOW))
    stage.wait_until(lambda: "QUEUED" not in stage.rows(jobs).values(), 10, "all are out")
    others = stage.create_jobs(10, account="second")
    stage.wait_for_states(others, "COMPLETED", seconds=15)
    stage.wait_until_settled(jobs, RECOVERY_SECONDS)
    books = held(stage, [*jobs, *others])
    assert books.flagged | books.recovered == set(jobs)
    for job in jobs:
        story = [change for change in stage.audit() if change.job == job]
        [out] = [change.at for change in story if change.to_state == "SUBMITTING"]
        [back] = [change.at for change in story if change.to_state == "UNSURE"]
        assert back - out < DEADLINE_SECONDS + 1.5


SLOW = [
    ("drip", {"seconds": 0.3}),
    ("drip_head", {"seconds": 0.3}),
    ("hang", {}),
    ("hang_before", {}),
]


@fault("F17")
def test_calls_that_are_cut_off_are_found_by_their_output_or_flagged(stage: Stage) -> None:
    not_performed = [("reset_before", {}), ("close_before", {})]
    performed = [(kind, {}) for kind in ("lost_reply", "reset_after", "half", "cut_chunk")]
    books = held(stage, send_into(stage, *not_performed, *performed))
    assert (len(books.flagged), len(books.recovered)) == (2, 4)


ODD_BODIES = [
    "[" * 200_000,
    '{"createJobResponse": {"job": {"id": NaN}}}',
    '{"createJobResponse": {"job": {"id": ' + "9" * 5000 + "}}}",
    '{"createJobResponse": {"job": {"id": "' + "x" * 1_000_000 + '", "state": 1}}}',
    '{"createJobResponse": {"job": {"id": "a\\u0000b\\ud800", "state": 1}}}',
    '{"createJobResponse": {"job": {"id": "", "state": 99}}}',
    '{"createJobResponse": []}',
    "null",
]


@fault("F18")
def test_nonsense_is_kept_as_evidence_and_never_believed(stage: Stage) -> None:
    kinds = [
        ("garbage", {}),
        ("oversized", {}),
        ("gzip_bomb", {}),
        ("redirect", {"location": stage.sandbox.gateway}),
    ]
    odd = [("odd", {"body": body}) for body in ODD_BODIES]
    jobs = send_into(stage, *kinds, *odd)
    books = held(stage, jobs)
    assert len(books.flagged | books.recovered) == len(kinds) + len(odd)


@fault("F18")
def test_nonsense_about_a_job_is_asked_about_again(stage: Stage) -> None:
    stage.sandbox.outcome("odd_state", seconds=1)
    for body in [*ODD_BODIES, '{"getJobResponse": {"job": {"id": "other", "state": 3, "outputs": 7}}}'][:4]:
        stage.sandbox.fault("odd", "GetJob", body=body.replace("createJobResponse", "getJobResponse"))
    jobs = stage.create_jobs(4)
    stage.wait_for_states(jobs, "COMPLETED", seconds=RECOVERY_SECONDS)
    books = held(stage, jobs)
    assert books.flagged | books.recovered == set()


def _at(entry: dict) -> float:
    return datetime.fromisoformat(entry["time"]).timestamp()


def _paused(stage: Stage) -> bool:
    return bool(stage.database.query("SELECT 1 FROM accounts_account WHERE paused_because <> ''"))


def _kinds(stage: Stage, jobs: list[str]) -> set[str]:
    keys = {stage.database.key(job) for job in jobs}
    rows = stage.database.query("SELECT id, error_kind FROM jobs_job")
    return {kind for job, kind in rows if str(job) in keys}
