"""CreateJob and GetJob: what is taken, what is shown meanwhile, and what a finished job leaves behind."""

import time
from collections.abc import Callable

import pytest

from sandbox.assembly import Sandbox
from sandbox.platform.pace import Pace
from tests.sandbox.asking import output, played
from tests.sandbox.client import BEAT, Bucket, Caller
from tests.sandbox.conftest import caller_of


def test_a_finished_job_names_its_files_under_the_destination(caller: Caller, bucket: Bucket) -> None:
    job = caller.finish(caller.create(caller.job("/song.mp3")))
    assert job["state"] == 3
    assert job["customId"] == "one"
    [found] = job["outputs"]
    name = found["smartContentResult"]["musicBeat"]["beatFileName"]
    reply = bucket.ask("GET", f"output/musicBeat/{name}")
    assert reply.headers["content-type"] == "application/json"
    assert reply.json == {"capability": "musicBeat", "params": BEAT, "song": "la la la"}


def test_a_new_job_is_submitted_and_echoes_its_inputs(caller: Caller) -> None:
    request = caller.job("song.mp3")
    job = caller.call("CreateJob", createJobRequest=request)["createJobResponse"]["job"]
    assert job["state"] == 1
    assert job["inputs"] == request["inputs"]
    assert job["outputs"] == [{"destination": "/output/musicBeat"}]


def test_without_a_destination_files_land_in_the_root(caller: Caller, bucket: Bucket) -> None:
    made = output(caller)
    del made["destination"]
    job = caller.finish(caller.create(caller.job("song.mp3", outputs=[made])))
    assert job["outputs"][0]["destination"] == "/"
    name = job["outputs"][0]["smartContentResult"]["musicBeat"]["beatFileName"]
    assert bucket.ask("HEAD", name).status == 200


def test_every_output_has_its_own_song_and_answer(caller: Caller, bucket: Bucket) -> None:
    bucket.ask("PUT", "second.mp3", body=b"second")
    inputs = [caller.job(path)["inputs"][0] for path in ("song.mp3", "second.mp3")]
    outputs = [output(caller, inputSelectors=[index], destination=f"out{index}") for index in (1, 0)]
    job = caller.finish(caller.create({"inputs": inputs, "outputs": outputs}))
    songs = []
    for found in job["outputs"]:
        name = found["smartContentResult"]["musicBeat"]["beatFileName"]
        songs.append(bucket.ask("GET", f"{found['destination']}/{name}").json["song"])
    assert songs == ["second", "la la la"]
    assert "customId" not in job


@pytest.mark.parametrize(("prefix", "custom_id"), [("x" * 19, "y" * 63), ("", "")])
def test_the_longest_and_shortest_names_are_taken(caller: Caller, prefix: str, custom_id: str) -> None:
    job = caller.finish(caller.create(played(caller, prefix, customId=custom_id)))
    assert job["state"] == 3
    assert job.get("customId", "") == custom_id


def test_the_ends_of_every_range_are_taken(caller: Caller) -> None:
    for params in ({"outputType": 1, "drumType": 1, "enlargeLevel": 1}, {"outputType": 4, "enlargeLevel": 6}):
        made = output(caller, smartContentDescriptor={"musicBeat": params})
        assert caller.create(caller.job("song.mp3", outputs=[made]))


def test_looks_decide_what_is_shown_but_never_run_ahead(start: Callable[..., Sandbox]) -> None:
    sandbox = start(Pace(name="looks", looks=2))
    caller = caller_of(sandbox)
    job_id = caller.create(caller.job("song.mp3"))
    while sandbox.backend.jobs.next(time.time()):
        time.sleep(0.01)
    seen = [caller.look(job_id) for _ in range(5)]
    assert [job["state"] for job in seen] == [1, 1, 2, 2, 3]
    assert "smartContentResult" not in seen[3]["outputs"][0]
    slow = caller.create(played(caller, "sleep", timeout=2))
    assert [caller.look(slow)["state"] for _ in range(6)][-1] == 2
    assert caller.finish(slow)["state"] == 4


def test_jobs_survive_a_restart(start: Callable[..., Sandbox]) -> None:
    first = start()
    caller = caller_of(first)
    done = caller.create(caller.job("song.mp3"))
    before = caller.finish(done)
    waiting = [caller.create(played(caller, "sleep")), caller.create(caller.job("song.mp3"))]
    while caller.look(waiting[0])["state"] == 1:
        time.sleep(0.01)
    first.stop()
    second = start()
    second.backend.database.run("update job set timeout = 1 where id = ?", waiting[0])
    caller = Caller(second.gateway.url, caller.source, caller.info)
    assert caller.look(done) == before
    assert caller.finish(waiting[1])["state"] == 3
