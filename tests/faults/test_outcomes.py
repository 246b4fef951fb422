"""TMP ends a job in odd ways, late or never, and the bucket has its own troubles (F19 to F22, F34)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.conftest import held
from tests.faults.stage import Stage
from tests.faults.verdicts import fault
from tests.songs import clicks
from tmpportal.visitor import VisitFailed

RECOVERY_SECONDS = 40.0
THREE_HOURS, THREE_DAYS = 3 * 3600, 3 * 86400


@fault("F19")
def test_a_job_that_goes_backwards_or_changes_its_mind_keeps_its_first_end(stage: Stage) -> None:
    stage.sandbox.outcome("backwards")
    stage.sandbox.outcome("flips", message="changed my mind")
    jobs = stage.create_jobs(2)
    stage.wait_for_states(jobs, "COMPLETED", seconds=RECOVERY_SECONDS)
    held(stage, jobs)


@fault("F19")
def test_a_job_that_tmp_does_not_know_fails_and_one_without_output_says_so(stage: Stage) -> None:
    stage.sandbox.outcome("unknown", times=1)
    [unknown] = stage.create_jobs()
    stage.wait_for_states([unknown], "ERROR", seconds=RECOVERY_SECONDS)
    stage.sandbox.outcome("no_output")
    stage.sandbox.outcome("fail", message="no music in it")
    others = stage.create_jobs(2)
    stage.wait_for_states(others, "COMPLETED", "ERROR", seconds=RECOVERY_SECONDS)
    assert sorted(stage.rows(others).values()) == ["COMPLETED", "ERROR"]
    held(stage, [unknown, *others], odd=[unknown, *others])
    notes = {note for (note,) in stage.database.query("SELECT note FROM jobs_jobevent")}
    assert "no_answer" in notes


@fault("F20")
def test_a_job_that_never_ends_is_given_up_and_asked_about_again_when_a_person_wants(stage: Stage) -> None:
    stage.sandbox.outcome("never_ends")
    [job] = stage.create_jobs()
    stage.wait_for_states([job], "PROCESSING", seconds=15)
    _age(stage, job, THREE_DAYS)
    stage.wait_for_states([job], "GAVE_UP", seconds=15)
    held(stage, [job])
    assert stage.person.do("act", name="ask_again", job=job)
    stage.wait_for_states([job], "PROCESSING", seconds=15)
    assert stage.person.do("act", name="cancel", job=job)
    held(stage, [job])


@fault("F21")
@pytest.mark.parametrize(
    "kind, more",
    [
        ("http", {"status": 403}),
        ("http", {"status": 503}),
        ("reset", {}),
        ("close", {"at": "after"}),
    ],
)
def test_a_song_that_does_not_arrive_makes_no_job_and_the_page_says_why(
    stage: Stage, kind: str, more: dict, tmp_path: Path
) -> None:
    assert stage.web
    before = stage.rows()
    calls = len(stage.sandbox.ledger("create_job"))
    song = tmp_path / "song.wav"
    song.write_bytes(clicks(4, 120))
    stage.sandbox.store_fault(kind, "PutObject", **more)
    file = ("file", song, song.name)
    with pytest.raises(VisitFailed) as told:
        stage.web.visitor.submit(
            "/jobs/new/musicBeat/", having="outputType", fields={"source": "upload"}, file=file
        )
    assert "(422)" in str(told.value)
    assert stage.rows() == before
    assert len(stage.sandbox.ledger("create_job")) == calls
    page = stage.web.visitor.submit(
        "/jobs/new/musicBeat/", having="outputType", fields={"source": "upload"}, file=file
    )
    job = page.url.rstrip("/").rpartition("/")[2]
    stage.wait_for_states([job], "COMPLETED")
    held(stage, [job])


@fault("F21")
def test_a_store_in_trouble_is_read_from_again_until_the_result_is_there(stage: Stage) -> None:
    for kind, more in (("http", {"status": 503}), ("reset", {}), ("half", {}), ("close", {})):
        stage.sandbox.store_fault(kind, "GetObject", **more)
    jobs = stage.create_jobs(3)
    stage.wait_for_states(jobs, "COMPLETED", seconds=RECOVERY_SECONDS)
    held(stage, jobs)


@fault("F22")
def test_output_that_comes_late_is_waited_for_and_spoilt_output_is_named(stage: Stage) -> None:
    stage.sandbox.outcome("late_output", seconds=2)
    [late] = stage.create_jobs()
    stage.wait_for_states([late], "COMPLETED", seconds=RECOVERY_SECONDS)
    held(stage, [late])
    stage.sandbox.outcome("other_content")
    stage.sandbox.outcome("late_output", seconds=600)
    odd = stage.create_jobs(2)
    stage.wait_for_states(odd, "COMPLETED", seconds=RECOVERY_SECONDS)
    held(stage, [late, *odd], odd=odd)
    keys = [stage.database.key(job) for job in odd]
    rows = stage.database.query("SELECT job_id, note FROM jobs_jobevent WHERE to_state = 'COMPLETED'")
    assert {note for job, note in rows if str(job) in keys} == {"file_missing", "no_times"}


@fault("F34")
def test_a_healthy_job_of_three_hours_is_left_in_peace(stage: Stage) -> None:
    stage.sandbox.outcome("late", seconds=8)
    [job] = stage.create_jobs()
    stage.wait_for_states([job], "PROCESSING", seconds=15)
    _age(stage, job, THREE_HOURS)
    stage.wait_for_states([job], "COMPLETED", seconds=RECOVERY_SECONDS)
    books = held(stage, [job])
    assert books.flagged == set()
    assert stage.path_of(job)[-3:] == ["PROCESSING", "COLLECTING", "COMPLETED"]


def _age(stage: Stage, job: str, seconds: int) -> None:
    """As if all had happened so much earlier."""
    for column in ("created_at", "changed_at", "submitted_at"):
        earlier = (
            f"{column} - interval '{seconds} seconds'"
            if stage.postgres
            else f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-{seconds} seconds')"
        )
        stage.database.execute(
            f"UPDATE jobs_job SET {column} = {earlier} WHERE id = %s", stage.database.key(job)
        )
