"""The judge finds each breach, in evidence that holds nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from sandbox.platform.quick import expected_times
from tests.faults import invariants
from tests.faults.evidence import Evidence, Row, Sending
from tests.faults.programs import Mishap
from tests.faults.stage import Change

ACCOUNT, CONTENT = str(uuid4()), "content"
GOOD = ("QUEUED", "SUBMITTING", "SUBMITTED", "COLLECTING", "COMPLETED")


class _Nothing:
    """A stage whose bucket holds what TMP performed."""

    def has_output(self, custom_id: str) -> bool:
        return True


def story(*path: str, **more: Any) -> tuple[str, Evidence]:
    """A job that went through these states, one a second, and was sent once."""
    job = str(uuid4())
    states = ["", *path]
    changes = [
        Change(at=float(at), job=job, from_state=old, to_state=new, who="")
        for at, (old, new) in enumerate(zip(states, states[1:], strict=False), start=1)
    ]
    row = Row(
        id=job,
        state=path[-1],
        account=ACCOUNT,
        failed_in="",
        error_kind="Unanswered" if path[-1] == "UNSURE" else "",
        is_held=False,
        times=expected_times(f"{job}-1") if path[-1] == "COMPLETED" else None,
        files=[f"output/musicBeat/{job}-1/beat.json"] if path[-1] == "COMPLETED" else [],
    )
    evidence = Evidence(
        asked_for=[job],
        rows={job: row},
        attempts={f"{job}-1": 2.0},
        changes={job: changes},
        sendings={job: [sending(job)]},
        mishaps=[],
        notes={},
        resent={},
        content_ids={ACCOUNT: CONTENT},
        patience_seconds=2.0,
    )
    return job, replace(evidence, **more)


def sending(job: str, **more: Any) -> Sending:
    known = {"at": 2.1, "custom_id": f"{job}-1", "job": job, "content_id": CONTENT}
    return Sending(**{**known, "performed": True, "answered": "ok", "number": 1, **more})


def doubt(evidence: Evidence) -> tuple[set[str], set[str]]:
    """Jobs that were in doubt, and those that should have been."""
    return invariants.flagged(evidence) | invariants.recovered(evidence), invariants.ambiguous(evidence)


def test_a_job_that_went_well_breaks_nothing() -> None:
    _, good = story(*GOOD)
    for judge in (invariants.lost, invariants.doubled, invariants.stuck, invariants.left_final):
        assert judge(good) == []
    assert invariants.unannounced(good) == []
    assert invariants.wrong(_Nothing(), good) == []  # type: ignore[arg-type]
    assert doubt(good) == (set(), set())


def test_a_job_that_is_gone_is_lost_unless_somebody_took_it_away() -> None:
    job, good = story(*GOOD)
    gone = replace(good, rows={})
    assert invariants.lost(gone) == [job]
    assert invariants.lost(gone, deleted=[job]) == []


def test_a_second_creation_is_one_too_many_unless_a_person_asked_for_it() -> None:
    job, good = story(*GOOD)
    twice = replace(good, sendings={job: [sending(job), sending(job, custom_id=f"{job}-2")]})
    assert invariants.doubled(twice) == [job]
    assert invariants.doubled(replace(twice, resent={job: 1})) == []


@pytest.mark.parametrize("path", [("QUEUED",), ("QUEUED", "SUBMITTING"), GOOD[:3], GOOD[:4]])
def test_a_job_that_stands_still_is_stuck(path: tuple[str, ...]) -> None:
    job, evidence = story(*path)
    assert invariants.stuck(evidence) == [job]


def test_a_doubt_without_a_reason_is_stuck_and_a_queue_that_is_stopped_is_not() -> None:
    job, unsure = story("QUEUED", "SUBMITTING", "UNSURE")
    assert invariants.stuck(unsure) == []
    mute = replace(unsure, rows={job: replace(unsure.rows[job], error_kind="")})
    assert invariants.stuck(mute) == [job]
    job, queued = story("QUEUED")
    assert invariants.stuck(replace(queued, rows={job: replace(queued.rows[job], is_held=True)})) == []


def test_leaving_a_final_state_is_seen() -> None:
    _, zombie = story(*GOOD, "UNSURE")
    assert len(invariants.left_final(zombie)) == 1


def test_other_beats_another_folder_another_tenant_and_a_false_failure_are_wrong() -> None:
    stage: Any = _Nothing()
    job, good = story(*GOOD)
    row = good.rows[job]
    for spoilt in (replace(row, times=[1.0]), replace(row, files=["output/elsewhere/beat.json"])):
        assert len(invariants.wrong(stage, replace(good, rows={job: spoilt}))) == 1
    assert len(invariants.wrong(stage, replace(good, content_ids={ACCOUNT: "other"}))) == 1
    _, failed = story("QUEUED", "SUBMITTING", "ERROR")
    assert len(invariants.wrong(stage, failed)) == 1


def test_a_creation_before_its_attempt_is_written_is_unannounced() -> None:
    job, good = story(*GOOD)
    assert invariants.unannounced(replace(good, attempts={f"{job}-1": 3.0})) == [f"{job}-1"]
    assert invariants.unannounced(replace(good, attempts={})) == [f"{job}-1"]


def test_a_doubt_needs_a_reason_in_ledger_or_diary() -> None:
    job, flagged = story("QUEUED", "SUBMITTING", "UNSURE")
    assert doubt(flagged) == ({job}, set())
    cut = replace(flagged, sendings={job: [sending(job, answered="reset_after")]})
    assert doubt(cut) == ({job}, {job})
    killed = replace(flagged, mishaps=[Mishap(kind="kill", who="worker0", since=2.5, until=2.5)])
    assert doubt(killed) == ({job}, {job})
    elsewhere = replace(flagged, mishaps=[Mishap(kind="kill", who="worker0", since=9.0, until=9.1)])
    assert doubt(elsewhere) == ({job}, set())


def test_an_ambiguous_answer_that_became_no_doubt_is_missed() -> None:
    job, retried = story("QUEUED", "SUBMITTING", "QUEUED", *GOOD[1:])
    cut = replace(retried, sendings={job: [sending(job, answered="lost_reply", performed=True)]})
    assert doubt(cut) == (set(), {job})
    killed = replace(retried, mishaps=[Mishap(kind="kill", who="worker0", since=2.5, until=2.5)])
    assert doubt(killed) == (set(), {job})
    throttled = replace(killed, sendings={job: [sending(job, answered="throttle", performed=False)]})
    assert doubt(throttled) == (set(), set())
