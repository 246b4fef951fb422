"""What a CreateJob may say in other dialects, and how jobs and results are told, over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from sandbox.dialects import SWITCHES, Dialect
from sandbox.platform.callbacks import call_of
from sandbox.platform.outcomes import Outcome
from sandbox.platform.pace import Pace
from tests.sandbox.asking import output
from tests.sandbox.client import BEAT, Caller, Json
from tests.sandbox.conftest import bucket_of, caller_of
from tests.sandbox.speaking import Start, ask, done, found


def test_a_custom_id_may_be_good_once(speaking: Callable[..., Caller]) -> None:
    caller = speaking(custom_id_again="refused")
    caller.create(caller.job("song.mp3"))
    reply = ask(caller, "CreateJob", createJobRequest=caller.job("song.mp3"))
    assert reply.json == {"errorResponse": {"message": "customId one was used before"}}


def test_a_custom_id_may_lead_to_the_first_job(start: Start) -> None:
    sandbox = start(dialect=Dialect({"custom-id-again": "first-job"}), ears="quick")
    caller = caller_of(sandbox)
    assert caller.create(caller.job("song.mp3")) == caller.create(caller.job("song.mp3"))
    assert sandbox.backend.ledger.summary()["kinds"]["create_job"] == 1


@pytest.mark.parametrize(("setting", "seconds"), [("3600", 3600), ("600", 600), ("none", 2**31 - 1)])
def test_the_timeout_of_those_who_name_none(start: Start, setting: str, seconds: int) -> None:
    sandbox = start(dialect=Dialect({"timeout": setting}), ears="quick")
    caller = caller_of(sandbox)
    job = sandbox.backend.jobs.find(caller.create(caller.job("song.mp3")))
    assert job is not None
    assert job.timeout == seconds


def beat(caller: Caller, **params: object) -> Json:
    """A request with these params of musicBeat."""
    descriptor = {"musicBeat": {**BEAT, **params}}
    return caller.job("song.mp3", outputs=[output(caller, smartContentDescriptor=descriptor)])


def test_enumerations_may_be_longer_and_be_texts(speaking: Callable[..., Caller]) -> None:
    caller = speaking(enum_limit="6", enum_form="texts-too")
    assert caller.create(beat(caller, outputType="6", drumType=5))
    assert "errorResponse" in ask(caller, "CreateJob", createJobRequest=beat(caller, outputType=7)).json


def test_split_num_may_be_needed_with_everything(speaking: Callable[..., Caller]) -> None:
    caller = speaking(split_num="needed-with-4")
    assert caller.create(beat(caller, outputType=3, splitNum=None))
    said = ask(caller, "CreateJob", createJobRequest=beat(caller, splitNum=None)).json
    assert said["errorResponse"]["message"] == "musicBeat.splitNum is required with outputType 4."


def test_the_default_of_enlarge_level(start: Start) -> None:
    sandbox = start(dialect=Dialect({"enlarge-default": "1"}))
    caller = caller_of(sandbox)
    job_id = caller.create(beat(caller, enlargeLevel=None))
    name = caller.finish(job_id)["outputs"][0]["smartContentResult"]["musicBeat"]["beatFileName"]
    heard = bucket_of(sandbox).ask("GET", f"output/musicBeat/{name}").json
    assert heard["params"]["enlargeLevel"] == 1


def test_a_path_may_have_to_be_percent_encoded(start: Start) -> None:
    sandbox = start(dialect=Dialect({"path": "percent-encoded"}))
    caller = caller_of(sandbox)
    assert bucket_of(sandbox).ask("PUT", "歌 1.mp3", body=b"la").status == 200
    raw, encoded = (
        caller.finish(caller.create(caller.job(path))) for path in ("歌 1.mp3", "%E6%AD%8C%201.mp3")
    )
    assert (raw["state"], encoded["state"]) == (4, 3)


@pytest.mark.parametrize(
    ("form", "kind", "length"), [("digits", str, 19), ("number", int, 12), ("long-number", int, 19)]
)
def test_a_job_id_may_be_a_number(
    speaking: Callable[..., Caller], form: str, kind: type, length: int
) -> None:
    found = done(speaking(job_id=form))
    assert type(found["id"]) is kind
    assert len(str(found["id"])) == length


def test_a_job_id_may_have_a_prefix(speaking: Callable[..., Caller]) -> None:
    assert done(speaking(job_id="prefixed"))["id"].startswith("tmp_20")


@pytest.mark.parametrize(("form", "members"), [("id-only", {"id"}), ("id-and-state", {"id", "state"})])
def test_create_job_may_answer_little(speaking: Callable[..., Caller], form: str, members: set[str]) -> None:
    caller = speaking(create_answer=form)
    said = ask(caller, "CreateJob", createJobRequest=caller.job("song.mp3")).json
    assert said["createJobResponse"]["job"].keys() == members


@pytest.mark.parametrize(
    ("states", "seen"),
    [("1-2", [1, 1, 2, 3]), ("1", [1, 1, 1, 3]), ("2", [2, 2, 2, 3]), ("1-2-6", [1, 1, 6, 3])],
)
def test_the_states_on_the_way(start: Start, states: str, seen: list[int]) -> None:
    looks = Pace(name="looks", looks=1)
    sandbox = start(looks, dialect=Dialect({"states": states}), ears="quick")
    caller = caller_of(sandbox)
    job = ask(caller, "CreateJob", createJobRequest=caller.job("song.mp3")).json["createJobResponse"]["job"]
    time.sleep(0.5)
    assert [job["state"], *(caller.look(job["id"])["state"] for _ in range(3))] == seen


@pytest.mark.parametrize(
    ("form", "written"),
    [("number", b"3,"), ("digits", b'"3"'), ("decimal", b"3.0"), ("name", b'"COMPLETED"')],
)
def test_a_state_may_be_written_otherwise(speaking: Callable[..., Caller], form: str, written: bytes) -> None:
    caller = speaking(state_form=form)
    job = done(caller)
    reply = ask(caller, "GetJob", getJobRequest={"id": job["id"]})
    assert b'"state": ' + written in reply.body


def test_a_job_may_have_many_members_or_hardly_any(speaking: Callable[..., Caller]) -> None:
    job = done(speaking(members="many", echo="nothing", time_stamps="text", destination="absent"))
    assert {"progress", "createdAt", "startTime"} <= job.keys()
    assert not {"inputs", "customId"} & job.keys()
    assert time.strptime(job["createdAt"], "%Y-%m-%d %H:%M:%S")
    assert job["outputs"][0].keys() == {"smartContentResult"}


@pytest.mark.parametrize(("form", "seen"), [("bare", "output/musicBeat"), ("slashes", "/output/musicBeat/")])
def test_a_destination_may_have_other_slashes(speaking: Callable[..., Caller], form: str, seen: str) -> None:
    job = done(speaking(destination=form, echo="custom-id"))
    assert job["outputs"][0]["destination"] == seen
    assert job["customId"] == "one"
    assert "inputs" not in job


@pytest.mark.parametrize(
    ("form", "seen"), [("absent", {}), ("null", {"outputs": None}), ("empty", {"outputs": []})]
)
def test_outputs_may_come_with_the_result(speaking: Callable[..., Caller], form: str, seen: Json) -> None:
    caller = speaking(outputs=form)
    job = ask(caller, "CreateJob", createJobRequest=caller.job("song.mp3")).json["createJobResponse"]["job"]
    assert {name: value for name, value in job.items() if name == "outputs"} == seen
    assert done(caller)["outputs"][0]["smartContentResult"]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("message-and-error-response", {"message": "10004 Oh", "errorResponse": {"message": "10004 Oh"}}),
        ("error-response", {"errorResponse": {"message": "10004 Oh"}}),
        ("message", {"message": "10004 Oh"}),
        ("error-text", {"error": "10004 Oh"}),
        ("error-object", {"error": {"code": "10004", "message": "10004 Oh"}}),
        ("error-message", {"errorMessage": "10004 Oh"}),
        ("error-msg", {"errorCode": 10004, "errorMsg": "Oh"}),
        ("in-outputs", {"outputs": [{"error": {"message": "10004 Oh"}}]}),
        ("none", {}),
    ],
)
def test_where_a_failed_job_carries_its_words(start: Start, form: str, words: Json) -> None:
    sandbox = start(dialect=Dialect({"failed-job": form}), ears="quick")
    caller = caller_of(sandbox)
    sandbox.trouble.outcomes.order(Outcome(kind="fail", message="10004 Oh"))
    job = done(caller)
    kept = {"id", "state", "inputs", "customId"} | ({"outputs"} - words.keys())
    assert {name: value for name, value in job.items() if name not in kept} == words


@pytest.mark.parametrize("form", SWITCHES["result-form"].settings)
def test_the_forms_of_a_result(speaking: Callable[..., Caller], form: str) -> None:
    told = done(speaking(result_form=form))["outputs"][0]["smartContentResult"]
    if form == "text":
        told = json.loads(told)
    if form == "list":
        [told] = told
    if form != "bare":
        told = told["musicBeat"]
    assert told["beatFileName"].endswith("_beat.json")


@pytest.mark.parametrize("scheme", SWITCHES["file-names"].settings)
def test_the_files_lie_where_the_names_say(start: Start, scheme: str) -> None:
    sandbox = start(dialect=Dialect({"file-names": scheme}), ears="quick")
    name = found(caller_of(sandbox))["beatFileName"]
    key = name if scheme == "whole-key" else f"output/musicBeat/{name}"
    assert bucket_of(sandbox).ask("GET", key).json["beats"]


@pytest.mark.parametrize("form", SWITCHES["beats"].settings)
def test_beats_come_in_the_form_of_the_dialect(start: Start, form: str) -> None:
    sandbox = start(dialect=Dialect({"beats": form}), ears="quick")
    result = found(caller_of(sandbox))
    if form == "song-only":
        assert result == {}
        return
    if "beatFileName" in result:
        assert form.startswith("file-")
        reply = bucket_of(sandbox).ask("GET", f"output/musicBeat/{result['beatFileName']}")
        assert reply.status == 200
        lines = reply.body.decode().split()
        assert form == "file-objects" or len(lines) >= 8
        return
    assert not form.startswith("file-")
    assert result


def test_a_callback_may_be_a_get_with_a_query() -> None:
    job: Json = {"id": "one", "state": 3, "customId": "x y", "outputs": []}
    made = call_of("http://127.0.0.1/a?b=1", job, Dialect({"callback-method": "get"}))
    assert (made.method, made.url.query, made.body) == ("GET", "b=1&id=one&state=3&customId=x+y", b"")


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("get-job-response", b'{"getJobResponse": {"job": {"id": "one"}}}'),
        ("create-job-response", b'{"createJobResponse": {"job": {"id": "one"}}}'),
        ("job", b'{"job": {"id": "one"}}'),
        ("bare", b'{"id": "one"}'),
        ("empty", b""),
        ("form", b"id=one"),
    ],
)
def test_the_bodies_of_callbacks(form: str, body: bytes) -> None:
    made = call_of("http://127.0.0.1/", {"id": "one"}, Dialect({"callback": form, "callback-method": "put"}))
    assert (made.method, made.body) == ("PUT", body)
