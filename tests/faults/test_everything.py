"""Full disks, and a power cut that takes everything at once (F23, F35)."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.conftest import held
from tests.faults.stage import SQLITE, Stage
from tests.faults.trouble import full_disk
from tests.faults.verdicts import fault, sampled
from tests.songs import clicks
from tmpportal.visitor import VisitFailed

RECOVERY_SECONDS = 40.0


@fault("F23")
def test_a_full_disk_refuses_what_people_send_and_jobs_wait_until_there_is_room(stage: Stage) -> None:
    assert stage.web
    held_up = stage.create_jobs(2)
    stage.wait_for_states(held_up, "COMPLETED")
    programs = [pid for program in stage.programs for pid in program.pids()]
    with stage.mishap("full disk"), full_disk(*programs):
        # PostgreSQL writes on its own disk, so that there only logs and messages find no room.
        answer = stage.web.get("/")
        assert answer.code in (200, 503)
        with suppress(VisitFailed):
            held_up += stage.create_jobs_by_form()
    jobs = [*held_up, *stage.create_jobs(2)]
    stage.wait_until_settled(jobs, RECOVERY_SECONDS)
    held(stage, jobs)
    assert all(program.is_alive for program in stage.programs)


@fault("F23")
def test_an_upload_that_finds_no_room_is_refused_and_leaves_nothing(stage: Stage, tmp_path: Path) -> None:
    assert stage.web
    song = tmp_path / "song.wav"
    # Large enough to be kept in a file while it arrives.
    song.write_bytes(clicks(90, 120))
    assert song.stat().st_size > 3 << 20
    before = stage.rows()
    file = ("file", song, song.name)
    form = {"path": "/jobs/new/musicBeat/", "having": "outputType", "fields": {"source": "upload"}}
    with full_disk(*stage.web_program.pids(), limit_bytes=1 << 20), pytest.raises(VisitFailed) as told:
        stage.web.visitor.submit(**form, file=file)
    assert "(503)" in str(told.value) or "(422)" in str(told.value)
    assert stage.rows() == before
    job = stage.web.visitor.submit(**form, file=file).url.rstrip("/").rpartition("/")[2]
    stage.wait_for_states([job], "COMPLETED")
    held(stage, [job])


@fault("F23", only="postgresql", instead="the file is the portal's own: the first test of F23")
def test_a_postgres_whose_disk_is_full_is_waited_for(stage: Stage) -> None:
    assert stage.postgres and stage.web
    jobs = stage.create_jobs(2)
    with stage.mishap("postgres disk"):
        with full_disk(*stage.postgres.pids(), like=stage.postgres.identity()):
            codes = {stage.web.get("/jobs/new/").code for _ in range(5)}
            with suppress(Exception):
                stage.person.do("create", account=stage.account().id, count=1)
        assert codes <= {200, 503}
        # As an operator would, once there is room.
        stage.postgres.restart(immediate=True)
    jobs += stage.create_jobs(2)
    stage.wait_until_settled(jobs, RECOVERY_SECONDS)
    held(stage, jobs)


@fault("F35")
@sampled
def test_a_power_cut_of_everything_at_once_loses_and_doubles_nothing(stage: Stage) -> None:
    stage.sandbox.hold("CreateJob", "after", "sent")
    stage.sandbox.hold("CreateJob", "before", "on-its-way")
    stage.sandbox.outcome("late", seconds=3, times=3)
    jobs = stage.create_jobs(8)
    stage.sandbox.wait_at("sent")
    stage.sandbox.wait_at("on-its-way")
    jobs += stage.create_jobs_by_form(2)
    for program in stage.programs:
        os.killpg(program.pid, signal.SIGSTOP)
    for program in stage.programs:
        program.kill()
    if stage.kind != SQLITE:
        assert stage.postgres and stage.redis
        stage.postgres.kill()
        stage.redis.kill()
    stage.heal()
    jobs += stage.create_jobs_by_form(2)
    stage.wait_until_settled(jobs, RECOVERY_SECONDS)
    books = held(stage, jobs)
    assert len(books.recovered) >= 2
    assert set(stage.rows(jobs).values()) <= {"COMPLETED", "UNSURE"}
