"""CreateJob and GetJob: what is refused at once, what fails later, and what a finished job leaves behind."""

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sandbox.assembly import Sandbox
from sandbox.pace import Pace
from tests.sandbox.client import BEAT, Bucket, Caller, Json, register
from tests.sandbox.conftest import caller_of


def output(caller: Caller, **changes: object) -> Json:
    made = caller.job("song.mp3")["outputs"]
    assert isinstance(made, list)
    return {**made[0], **changes}


def played(caller: Caller, prefix: str, **changes: object) -> Json:
    """A job whose fake performer plays the part named by the prefix."""
    descriptor = {"outputPrefix": prefix, "musicBeat": BEAT}
    return caller.job("song.mp3", outputs=[output(caller, smartContentDescriptor=descriptor)], **changes)


def refusal(caller: Caller, request: object) -> str:
    reply = caller.call("CreateJob", createJobRequest=request)
    assert "createJobResponse" not in reply
    return reply["errorResponse"]["message"]


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


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"inputs": []}, "inputs"),
        ({"inputs": None}, "inputs"),
        ({"inputs": [{}]}, "exactly one"),
        ({"inputs": ["song.mp3"]}, "inputs[0]"),
        ({"inputs": [{"url": "http://x/", "source": {"contentId": "a", "path": "b"}}]}, "exactly one"),
        ({"inputs": [{"url": "file:///etc/passwd"}]}, "url"),
        ({"inputs": [{"source": {"contentId": "nobody", "path": "song.mp3"}}]}, "contentId nobody"),
        ({"inputs": [{"source": {"path": "song.mp3"}}]}, "contentId"),
        ({"inputs": [{"source": {"contentId": "a", "path": "/"}}]}, "path"),
        ({"outputs": []}, "outputs"),
        ({"outputs": [7]}, "outputs[0]"),
        ({"customId": "x" * 64}, "customId"),
        ({"customId": 5}, "customId"),
        ({"callback": "ftp://x/"}, "callback"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": "60"}, "timeout"),
        ({"timeout": 1 << 70}, "timeout"),
    ],
)
def test_a_wrong_request_is_refused_at_once(caller: Caller, changes: Json, word: str) -> None:
    assert word in refusal(caller, caller.job("song.mp3", **changes))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"contentId": "nobody"}, "contentId nobody"),
        ({"contentId": ""}, "contentId"),
        ({"destination": 7}, "destination"),
        ({"inputSelectors": []}, "inputSelectors"),
        ({"inputSelectors": None}, "inputSelectors"),
        ({"inputSelectors": [1]}, "inputSelectors"),
        ({"inputSelectors": [-1]}, "inputSelectors"),
        ({"inputSelectors": [True]}, "inputSelectors"),
        ({"inputSelectors": ["0"]}, "inputSelectors"),
        ({"inputSelectors": [0, 0]}, "one input"),
        ({"smartContentDescriptor": {}}, "exactly one capability"),
        ({"smartContentDescriptor": {"musicBeat": BEAT, "other": {}}}, "exactly one capability"),
        ({"smartContentDescriptor": {"outputPrefix": "x" * 20, "musicBeat": BEAT}}, "outputPrefix"),
        ({"smartContentDescriptor": {"outputPrefix": "a/b", "musicBeat": BEAT}}, "outputPrefix"),
        ({"smartContentDescriptor": {"musicNothing": {}}}, "musicNothing"),
        ({"smartContentDescriptor": {"musicBeat": {**BEAT, "outputType": 5}}}, "outputType"),
        ({"smartContentDescriptor": {"musicBeat": {**BEAT, "drumType": 0}}}, "drumType"),
        ({"smartContentDescriptor": {"musicBeat": {**BEAT, "enlargeLevel": 7}}}, "enlargeLevel"),
        ({"smartContentDescriptor": {"musicBeat": {**BEAT, "splitNum": 0}}}, "splitNum"),
    ],
)
def test_a_wrong_output_is_refused_at_once(caller: Caller, changes: Json, word: str) -> None:
    assert word in refusal(caller, caller.job("song.mp3", outputs=[output(caller, **changes)]))


@pytest.mark.parametrize(("prefix", "custom_id"), [("x" * 19, "y" * 63), ("", "")])
def test_the_longest_and_shortest_names_are_taken(caller: Caller, prefix: str, custom_id: str) -> None:
    job = caller.finish(caller.create(played(caller, prefix, customId=custom_id)))
    assert job["state"] == 3
    assert job.get("customId", "") == custom_id


def test_the_ends_of_every_range_are_taken(caller: Caller) -> None:
    for params in ({"outputType": 1, "drumType": 1, "enlargeLevel": 1}, {"outputType": 4, "enlargeLevel": 6}):
        made = output(caller, smartContentDescriptor={"musicBeat": params})
        assert caller.create(caller.job("song.mp3", outputs=[made]))


def failure(caller: Caller, request: Json) -> str:
    """What a job says that was taken and then failed."""
    job = caller.finish(caller.create(request))
    assert job["state"] == 4
    assert job["errorResponse"]["message"] == job["message"]
    assert all("smartContentResult" not in found for found in job["outputs"])
    return job["message"]


def test_a_missing_song_ends_in_an_error(caller: Caller) -> None:
    assert "NoSuchKey" in failure(caller, caller.job("nothing.mp3"))


def test_a_performer_s_refusal_is_the_job_s_message(caller: Caller) -> None:
    assert failure(caller, played(caller, "refuse")) == "10004 Engine Error: This is no music."


@pytest.mark.parametrize("prefix", ["crash", "eat", "lie"])
def test_a_performer_that_misbehaves_ends_in_an_engine_error(caller: Caller, prefix: str) -> None:
    assert failure(caller, played(caller, prefix)).startswith("10004 Engine Error: ")
    assert caller.finish(caller.create(caller.job("song.mp3")))["state"] == 3


def test_a_destination_that_makes_too_long_a_key_ends_in_an_error(caller: Caller) -> None:
    request = caller.job("song.mp3", outputs=[output(caller, destination="é" * 420)])
    assert "KeyTooLong" in failure(caller, request)


def test_a_timeout_ends_the_job_and_its_performer(caller: Caller) -> None:
    started = time.monotonic()
    assert "timeout of 1 s" in failure(caller, played(caller, "sleep", timeout=1))
    assert caller.finish(caller.create(caller.job("song.mp3")))["state"] == 3
    assert time.monotonic() - started < 20


def test_a_timeout_counts_while_the_job_waits_for_another(caller: Caller) -> None:
    first = caller.create(played(caller, "sleep", timeout=3))
    second = caller.create(caller.job("song.mp3", timeout=1))
    assert "timeout of 1 s" in caller.finish(second)["message"]
    assert caller.look(first)["state"] == 2
    caller.finish(first)


def test_a_url_of_the_own_store_is_fetched(caller: Caller, bucket: Bucket) -> None:
    job = caller.finish(caller.create(caller.job("", inputs=[{"url": bucket.signed_url("GET", "song.mp3")}])))
    assert job["state"] == 3


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/song.mp3", "https://example.com/song.mp3", "http://[::/"]
)
def test_no_other_url_is_ever_fetched(caller: Caller, url: str) -> None:
    assert "own store only" in failure(caller, caller.job("", inputs=[{"url": url}]))


def test_a_url_that_is_not_signed_opens_nothing(caller: Caller, bucket: Bucket) -> None:
    assert "HTTP 403" in failure(caller, caller.job("", inputs=[{"url": bucket.url("song.mp3")}]))


def test_wrong_tmp_keys_are_a_business_error(caller: Caller) -> None:
    for name in ("tmpSecretId", "tmpSecretKey"):
        stranger = Caller(caller.gateway, caller.source, {**caller.info, name: "wrong"})
        reply = stranger.call("GetJob", getJobRequest={"id": "x"})
        assert reply == {"errorResponse": {"message": "secretId or secretKey is wrong"}}


def test_a_stranger_cannot_see_the_job(caller: Caller, sandbox: Sandbox, bucket: Bucket) -> None:
    job_id = caller.create(caller.job("song.mp3"))
    stranger = register(sandbox.gateway.url, bucket, userName="stranger")
    reply = stranger.call("GetJob", getJobRequest={"id": job_id})
    assert reply == {"errorResponse": {"message": f"job {job_id} does not exist"}}
    assert "contentId" in refusal(stranger, caller.job("song.mp3"))


@pytest.mark.parametrize("request_", [{"id": "x"}, {"id": 5}, {}, None])
def test_an_unknown_job_is_a_business_error(caller: Caller, request_: object) -> None:
    assert caller.call("GetJob", getJobRequest=request_)["errorResponse"]["message"]


@pytest.mark.parametrize("action", ["CancelJob", "ListJobs", "Register", ""])
def test_no_other_action_is_known(caller: Caller, action: str) -> None:
    reply = caller.call(action, requestId="r")
    assert reply == {"requestId": "r", "errorResponse": {"message": f"unsupported action: {action}"}}


def test_a_job_fails_when_its_account_loses_the_bucket(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    caller = caller_of(sandbox)
    sandbox.files.database.run("update credential set writes = 0")
    assert "AccessDenied" in failure(caller, caller.job("song.mp3"))


def test_looks_decide_what_is_shown_but_never_run_ahead(start: Callable[..., Sandbox]) -> None:
    sandbox = start(Pace(name="looks", looks=2))
    caller = caller_of(sandbox)
    job_id = caller.create(caller.job("song.mp3"))
    while sandbox.backend.jobs.next():
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


class Listener(HTTPServer):
    """Takes callbacks; refuses the first ones."""

    def __init__(self, refusals: int) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.refusals, self.taken = refusals, []

    def wait(self) -> list[dict]:
        self.timeout = 10
        while not self.taken:
            self.handle_request()
        return self.taken


class Taker(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.refusals:
            self.server.refusals -= 1
            self.send_response(500)
        else:
            self.server.taken.append({"path": self.path, "body": body})
            self.send_response(204)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Quiet."""


@pytest.mark.parametrize("refusals", [0, 1])
def test_a_callback_carries_what_get_job_says(caller: Caller, refusals: int) -> None:
    with Listener(refusals) as listener:
        url = f"http://127.0.0.1:{listener.server_port}/done?x=1"
        job_id = caller.create(caller.job("song.mp3", callback=url))
        [taken] = listener.wait()
    assert taken["path"] == "/done?x=1"
    assert taken["body"] == {"getJobResponse": {"job": caller.look(job_id)}}


def test_a_failed_job_calls_back_too(caller: Caller) -> None:
    with Listener(0) as listener:
        url = f"http://127.0.0.1:{listener.server_port}/"
        caller.create(caller.job("nothing.mp3", callback=url))
        assert listener.wait()[0]["body"]["getJobResponse"]["job"]["state"] == 4


def test_a_callback_to_another_machine_is_kept_but_not_sent(caller: Caller) -> None:
    job_id = caller.create(caller.job("song.mp3", callback="http://192.0.2.1/hook"))
    assert caller.finish(job_id)["state"] == 3
