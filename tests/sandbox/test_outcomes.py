"""Ordered ends of jobs, as GetJob and the bucket show them."""

import time
from collections.abc import Callable

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Caller, send
from tests.sandbox.conftest import bucket_of, caller_of
from tests.sandbox.doors import knock
from tests.sandbox.reading import rows_of


@pytest.fixture(params=["listen", "quick"])
def sandbox(start: Callable[..., Sandbox], request: pytest.FixtureRequest) -> Sandbox:
    return start(ears=request.param)


def order(sandbox: Sandbox, outcome: str, **more: object) -> None:
    reply = knock(sandbox, "outcomes", {"outcome": outcome, **more})
    assert reply.status == 200, reply


def made(sandbox: Sandbox, outcome: str, custom_id: str = "one", **more: object) -> tuple[Caller, str]:
    """A caller, and the id of a job of its that was ordered to end so."""
    order(sandbox, outcome, **more)
    caller = caller_of(sandbox)
    return caller, caller.create(caller.job("song.mp3", customId=custom_id))


def files(bucket: Bucket) -> str:
    return bucket.ask("GET", params={"prefix": "output/"}).body.decode()


def settled(sandbox: Sandbox, job_id: str) -> None:
    """Wait until the job has ended, without a look that TMP would count."""
    deadline = time.monotonic() + 10
    while (job := sandbox.backend.jobs.find(job_id)) and job.live:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_job_fails_with_the_ordered_words(sandbox: Sandbox) -> None:
    caller, job_id = made(sandbox, "fail", message="余额不足")
    job = caller.finish(job_id)
    assert (job["state"], job["message"], job["errorResponse"]) == (4, "余额不足", {"message": "余额不足"})
    assert "<Key>" not in files(bucket_of(sandbox))


def test_a_job_that_never_ends_ignores_its_timeout_and_a_restart(
    sandbox: Sandbox, start: Callable[..., Sandbox]
) -> None:
    order(sandbox, "never_ends")
    caller = caller_of(sandbox)
    job_id = caller.create(caller.job("song.mp3", timeout=1))
    short = caller.create(caller.job("song.mp3"))
    caller.finish(short)
    sandbox.stop()
    second = start()
    again = Caller(second.gateway.url, caller.source, caller.info)
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        assert again.look(job_id)["state"] == 2
        time.sleep(0.1)


def test_a_job_without_output_is_completed_all_the_same(sandbox: Sandbox) -> None:
    caller, job_id = made(sandbox, "no_output")
    job = caller.finish(job_id)
    assert (job["state"], job["outputs"]) == (3, [{"destination": "/output/musicBeat"}])
    assert "<Key>" not in files(bucket_of(sandbox))


def test_an_unknown_job_is_refused_as_any_other(sandbox: Sandbox) -> None:
    caller, job_id = made(sandbox, "unknown")
    reply = caller.call("GetJob", getJobRequest={"id": job_id})
    assert reply == {"errorResponse": {"message": f"job {job_id} does not exist"}}
    last = send("GET", caller.gateway + "/_ledger").json[-1]
    assert (last["kind"], last["job_id"]) == ("get_job_not_performed", job_id)


def test_a_job_goes_backwards_once(sandbox: Sandbox) -> None:
    caller, job_id = made(sandbox, "backwards")
    settled(sandbox, job_id)
    assert [caller.look(job_id)["state"] for _ in range(4)] == [2, 1, 3, 3]


def test_a_completed_job_flips_to_failed(sandbox: Sandbox) -> None:
    caller, job_id = made(sandbox, "flips", message="after all")
    settled(sandbox, job_id)
    first, second, third = (caller.look(job_id) for _ in range(3))
    assert first["state"] == 3
    assert first["outputs"][0]["smartContentResult"]
    assert (second["state"], second["message"], third["state"]) == (4, "after all", 4)


def test_late_files_appear_after_the_job_has_ended(sandbox: Sandbox) -> None:
    caller, job_id = made(sandbox, "late_output", seconds=1)
    job = caller.finish(job_id)
    name = job["outputs"][0]["smartContentResult"]["musicBeat"]["beatFileName"]
    own = bucket_of(sandbox)
    assert own.ask("HEAD", f"output/musicBeat/{name}").status == 404
    assert "<Key>" not in files(own)
    deadline = time.monotonic() + 5
    while own.ask("HEAD", f"output/musicBeat/{name}").status == 404:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert f"<Key>output/musicBeat/{name}</Key>" in files(own)


def test_late_files_survive_a_restart(sandbox: Sandbox, start: Callable[..., Sandbox]) -> None:
    caller, job_id = made(sandbox, "late_output", seconds=0.5)
    name = caller.finish(job_id)["outputs"][0]["smartContentResult"]["musicBeat"]["beatFileName"]
    sandbox.stop()
    own = bucket_of(start())
    deadline = time.monotonic() + 5
    while own.ask("GET", f"output/musicBeat/{name}").status == 404:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_late_job_takes_its_time(sandbox: Sandbox) -> None:
    started = time.monotonic()
    caller, job_id = made(sandbox, "late", seconds=1)
    assert caller.look(job_id)["state"] == 2
    assert caller.finish(job_id)["state"] == 3
    assert 1 <= time.monotonic() - started < 10


def test_a_late_job_still_has_a_timeout(sandbox: Sandbox) -> None:
    order(sandbox, "late", seconds=600)
    caller = caller_of(sandbox)
    job = caller.finish(caller.create(caller.job("song.mp3", timeout=1)))
    assert "timeout of 1 s" in job["message"]


def test_an_odd_state_is_shown_for_a_while(sandbox: Sandbox) -> None:
    caller, job_id = made(sandbox, "odd_state", seconds=1)
    settled(sandbox, job_id)
    assert caller.look(job_id)["state"] == 99
    deadline = time.monotonic() + 5
    while (state := caller.look(job_id)["state"]) == 99:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert state == 3


def test_other_content_is_no_json(sandbox: Sandbox) -> None:
    caller, job_id = made(sandbox, "other_content")
    name = caller.finish(job_id)["outputs"][0]["smartContentResult"]["musicBeat"]["beatFileName"]
    body = bucket_of(sandbox).ask("GET", f"output/musicBeat/{name}").body
    assert body == b"This is no JSON.\n"


def test_an_outcome_meets_the_jobs_it_was_ordered_for(sandbox: Sandbox) -> None:
    caller = caller_of(sandbox)
    order(sandbox, "fail", custom_id="red", times=2)
    order(sandbox, "fail", caller="7_nobody", times=9)
    names = ("green", "red-1", "red-2", "red-3")
    ids = [caller.create(caller.job("song.mp3", customId=name)) for name in names]
    assert [caller.finish(job_id)["state"] for job_id in ids] == [3, 4, 4, 3]
    left = rows_of(sandbox.gateway.url, "trouble")
    assert left == [["Outcome of jobs", "fail", "", "7_nobody", "9 ×"]]


def test_cleared_outcomes_meet_no_job_but_those_that_exist_keep_theirs(sandbox: Sandbox) -> None:
    caller, job_id = made(sandbox, "late", seconds=600, times=9)
    assert knock(sandbox, "clear", {}).status == 200
    assert caller.finish(caller.create(caller.job("song.mp3")))["state"] == 3
    assert caller.look(job_id)["state"] == 2


def test_a_share_of_the_jobs_ends_so(sandbox: Sandbox) -> None:
    caller = caller_of(sandbox)
    order(sandbox, "unknown", share=0.5, times=1_000_000)
    for number in range(40):
        caller.create(caller.job("song.mp3", customId=f"many-{number}"))
    unknown = [job for job in sandbox.backend.jobs.latest(100) if job.outcome == "unknown"]
    assert 5 < len(unknown) < 35
