"""Quick ears: jobs that need no song and no time, with an answer that follows from the custom id."""

import time
from collections.abc import Callable, Iterator

import pytest

from sandbox.assembly import Sandbox
from sandbox.platform.pace import Pace
from sandbox.platform.quick import expected_times
from tests.sandbox.asking import output, played
from tests.sandbox.client import Bucket
from tests.sandbox.conftest import INSTANT, bucket_of, caller_of
from tests.sandbox.doors import knock


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path_factory.mktemp("quick"), pace=INSTANT, ears="quick").start()
    yield running
    running.stop()


def heard(bucket: Bucket, job: dict) -> list[float]:
    name = job["outputs"][0]["smartContentResult"]["musicBeat"]["beatFileName"]
    found = bucket.ask("GET", job["outputs"][0]["destination"].strip("/") + "/" + name).json
    assert [beat["downbeat"] for beat in found["beats"]] == [True, False, False, False] * 2
    return [beat["time"] for beat in found["beats"]]


@pytest.mark.parametrize("custom_id", ["one", "another-1", "鼓", ""])
def test_the_beats_follow_from_the_custom_id(quick: Sandbox, custom_id: str) -> None:
    caller = caller_of(quick)
    job = caller.finish(caller.create(caller.job("no such song.mp3", customId=custom_id)))
    assert job["state"] == 3
    assert heard(bucket_of(quick), job) == expected_times(custom_id)


def test_expected_times_are_eight_different_ones_that_ascend() -> None:
    lists = [expected_times(f"job-{number}") for number in range(200)]
    assert len({tuple(times) for times in lists}) == 200
    for times in lists:
        assert len(times) == 8
        assert all(0.2999 < late - early < 0.5551 for early, late in zip(times, times[1:], strict=False))
    assert expected_times("one") == [0.461, 0.907, 1.402, 1.875, 2.228, 2.592, 3.079, 3.507]


def test_the_file_lies_where_the_job_said_and_has_its_prefix(quick: Sandbox) -> None:
    caller, own = caller_of(quick), bucket_of(quick)
    descriptor = {"outputPrefix": "p", "musicBeat": {"outputType": 1}}
    outputs = [output(caller, destination="/mine/here/", smartContentDescriptor=descriptor)]
    job_id = caller.create(caller.job("x.mp3", outputs=outputs))
    job = caller.finish(job_id)
    assert job["outputs"][0]["smartContentResult"] == {"musicBeat": {"beatFileName": f"p_{job_id}_beat.json"}}
    assert own.ask("HEAD", f"mine/here/p_{job_id}_beat.json").status == 200


def test_a_hundred_jobs_end_within_a_second_of_their_last(quick: Sandbox) -> None:
    caller = caller_of(quick)
    ids = [caller.create(caller.job("x.mp3", customId=f"fast-{number}")) for number in range(100)]
    deadline = time.monotonic() + 1
    while caller.look(ids[-1])["state"] < 3:
        assert time.monotonic() < deadline
    assert {caller.look(job_id)["state"] for job_id in ids} == {3}


def test_the_pace_counts_but_jobs_need_not_wait_for_each_other(start: Callable[..., Sandbox]) -> None:
    sandbox = start(Pace(name="short", queue_seconds=0.5, work_seconds=1), ears="quick")
    caller = caller_of(sandbox)
    started = time.monotonic()
    ids = [caller.create(caller.job("x.mp3")) for _ in range(5)]
    states = set()
    while time.monotonic() < started + 1.4:
        states.add(caller.look(ids[0])["state"])
    assert states == {1, 2}
    assert [caller.finish(job_id)["state"] for job_id in ids] == [3] * 5
    assert time.monotonic() < started + 4


@pytest.mark.parametrize("ears", ["quick", "listen"])
def test_jobs_that_take_long_or_for_ever_hold_up_nobody(start: Callable[..., Sandbox], ears: str) -> None:
    sandbox = start(ears=ears)
    caller = caller_of(sandbox)
    for outcome in ({"outcome": "never_ends"}, {"outcome": "late", "seconds": 600}):
        assert knock(sandbox, "outcomes", {**outcome, "custom_id": outcome["outcome"]}).status == 200
    slow = [caller.create(caller.job("song.mp3", customId=name)) for name in ("never_ends", "late")]
    assert caller.finish(caller.create(caller.job("song.mp3")), seconds=10)["state"] == 3
    assert [caller.look(job_id)["state"] for job_id in slow] == [2, 2]


def test_a_key_that_may_not_write_ends_the_job(start: Callable[..., Sandbox]) -> None:
    sandbox = start(ears="quick")
    caller = caller_of(sandbox)
    sandbox.files.database.run("update credential set rights = 'read'")
    assert "AccessDenied" in caller.finish(caller.create(played(caller, "p")))["message"]
