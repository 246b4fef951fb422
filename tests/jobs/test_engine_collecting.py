"""How a result is read: by one reader at a time, from files of the job's own folder, whatever they hold."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from accounts.clients import bucket_for
from accounts.models import Account
from jobs.engine import collecting, result_files
from jobs.models import Attempt, Job, in_seconds
from jobs.results import Result
from tests.factories import make_account, make_job
from tests.jobs.raw_gateway import RawGateway
from tests.sandbox_process import SandboxProcess

State = Job.State
BEATS = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]


def finished(account: Account, **members: Any) -> Job:
    """A job that TMP finished and whose result nobody has read; `members` join its beats."""
    outputs = [{"smartContentResult": {"musicBeat": {"beats": BEATS, **members}}}]
    return make_job(
        account,
        state=State.COLLECTING,
        tmp_id="tmp-1",
        raw_answer={"id": "tmp-1", "state": 3, "outputs": outputs},
        lease_until=in_seconds(-1),
    )


def test_a_reader_that_lost_the_row_leaves_it_to_the_next(gateway: RawGateway, account: Account) -> None:
    job = finished(account)
    slow = collecting.take(job.pk)
    assert slow is not None
    assert collecting.take(job.pk) is None
    assert collecting.expired_ids(9) == []
    Job.objects.update(lease_until=in_seconds(-1))
    assert collecting.expired_ids(9) == [job.pk]
    quick = collecting.take(job.pk)
    assert quick is not None
    slow.settle(slow.call())
    job.refresh_from_db()
    assert job.state == State.COLLECTING
    quick.settle(quick.call())
    job.refresh_from_db()
    assert (job.state, len(Result.from_json(job.result).markers)) == (State.COMPLETED, len(BEATS))


def test_audio_that_is_not_there_yet_is_waited_for(gateway: RawGateway, account: Account) -> None:
    work = collecting.take(finished(account, mergeFileName="merged.mp3").pk)
    assert work is not None
    reading = work.call()
    assert reading.missing == ("output/musicBeat/merged.mp3",)
    work.settle(reading)
    assert Job.objects.get().state == State.COLLECTING


def test_a_first_look_that_comes_late_is_not_the_last(gateway: RawGateway, account: Account) -> None:
    job = finished(account, mergeFileName="merged.mp3")
    # Meanwhile everybody who could look was away.
    Job.objects.update(changed_at=in_seconds(-3600))
    collecting.collect(job.pk)
    job.refresh_from_db()
    assert job.state == State.COLLECTING
    Job.objects.update(due_at=in_seconds(-1), lease_until=in_seconds(-1))
    # Somebody dies in the middle of the next.
    assert collecting.take(job.pk) is not None
    Job.objects.update(lease_until=in_seconds(-1))
    collecting.collect(job.pk)
    job.refresh_from_db()
    assert job.state == State.COLLECTING
    Job.objects.update(due_at=in_seconds(-1), lease_until=in_seconds(-1))
    collecting.collect(job.pk)
    job.refresh_from_db()
    assert (job.state, Result.from_json(job.result).note) == (State.COMPLETED, "file_missing")


@pytest.mark.parametrize("name", ["../../other/a.json", "/../..//./other/a.json", "./../other/../a.json"])
def test_no_name_in_an_answer_leads_out_of_the_job_s_folder(name: str) -> None:
    key = collecting.key_of("/output/musicBeat/1/", name)
    assert key.startswith("output/musicBeat/1/")
    assert ".." not in key.split("/")


def test_files_lie_where_the_accepted_attempt_asked_for_them(account: Account) -> None:
    job = finished(account)
    for number, tmp_id in enumerate(("tmp-0", "tmp-1", ""), start=1):
        Attempt.objects.create(job=job, number=number, destination=f"/o/{number}/", tmp_id=tmp_id)
    assert collecting.destination_of(job) == "/o/2/"


def test_a_result_is_not_read_again_from_an_answer_that_was_not_kept_whole(account: Account) -> None:
    answer = {"too_large": 2_000_000}
    job = make_job(account, state=State.COMPLETED, raw_answer=answer, result={"version": 1, "note": "kept"})
    assert not collecting.read_again(job)
    job.refresh_from_db()
    assert job.result["note"] == "kept"


def test_a_file_that_is_too_large_is_said_and_not_waited_for(
    alice: User, at_sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_files, "MOST_FILE_BYTES", 10)
    account = make_account(alice, at_sandbox)
    name = f"{uuid4()}.json"
    bucket_for(account).put(f"output/musicBeat/{name}", b"[0.5, 1.0, 1.5, 2.0]")
    job = finished(account, beats=None, beatFileName=name)
    work = collecting.take(job.pk)
    assert work is not None
    work.settle(work.call())
    job.refresh_from_db()
    assert (job.state, Result.from_json(job.result).note) == (State.COMPLETED, "file_unreadable")
