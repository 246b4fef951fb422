"""Ordered mishaps: what the caller sees, and what was done all the same."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Caller, Reply, registration, send
from tests.sandbox.conftest import bucket_of, caller_of
from tests.sandbox.doors import knock
from tests.sandbox.reading import rows_of

DEMO = "100000000001_demo/run_musicBeat.py"


@pytest.fixture(autouse=True)
def _no_demo_yet(bucket: Bucket) -> None:
    bucket.ask("DELETE", DEMO)


def order(sandbox: Sandbox, fault: str, **more: object) -> None:
    reply = knock(sandbox, "faults", {"fault": fault, **more})
    assert reply.status == 200, reply


def ask(sandbox: Sandbox, bucket: Bucket, seconds: float = 30, **changes: object) -> Reply:
    """One Register; raises as the connection fails."""
    body = json.dumps(registration(bucket, **changes)).encode()
    place = urlsplit(sandbox.gateway.url)
    connection = http.client.HTTPConnection(place.netloc, timeout=seconds)
    try:
        connection.request("POST", "/register", body)
        answer = connection.getresponse()
        return Reply(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def registered(sandbox: Sandbox) -> int:
    return sum(entry["kind"] == "register" for entry in send("GET", sandbox.gateway.url + "/_ledger").json)


def pending(sandbox: Sandbox) -> list[list[str]]:
    return rows_of(sandbox.gateway.url, "trouble")


def test_a_lost_reply_leaves_account_and_demo_behind(sandbox: Sandbox, bucket: Bucket) -> None:
    before = registered(sandbox)
    order(sandbox, "lost_reply")
    with pytest.raises(http.client.RemoteDisconnected):
        ask(sandbox, bucket, userName="lost")
    assert registered(sandbox) == before + 1
    assert b"100000000001_lost" in bucket.ask("GET", DEMO).body
    assert "registerInfo" in ask(sandbox, bucket, userName="lost").json


def test_a_call_that_hangs_is_performed_and_never_answered(sandbox: Sandbox, bucket: Bucket) -> None:
    order(sandbox, "hang")
    with pytest.raises(TimeoutError):
        ask(sandbox, bucket, seconds=1, userName="hung")
    assert b"100000000001_hung" in bucket.ask("GET", DEMO).body


def test_stopping_ends_a_call_that_hangs(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    order(sandbox, "hang")
    ended: list[str] = []

    def call() -> None:
        try:
            ask(sandbox, bucket_of(sandbox), seconds=20)
        except (http.client.HTTPException, ConnectionError) as error:
            ended.append(type(error).__name__)

    thread = threading.Thread(target=call)
    thread.start()
    while not sandbox.backend.accounts.all():
        time.sleep(0.01)
    started = time.monotonic()
    sandbox.stop()
    thread.join(10)
    assert ended == ["RemoteDisconnected"]
    assert time.monotonic() - started < 5


def test_garbage_is_html_with_a_good_status(sandbox: Sandbox, bucket: Bucket) -> None:
    order(sandbox, "garbage")
    reply = ask(sandbox, bucket, userName="garbled")
    assert reply.status == 200
    assert reply.body.startswith(b"<!doctype html>")
    assert b"100000000001_garbled" in bucket.ask("GET", DEMO).body


def test_a_refusal_says_the_ordered_words_and_does_nothing(sandbox: Sandbox, bucket: Bucket) -> None:
    before = registered(sandbox)
    order(sandbox, "refuse", message="余额不足 & <b>")
    reply = ask(sandbox, bucket)
    assert reply.status == 200
    assert reply.json == {"requestId": "first", "errorResponse": {"message": "余额不足 & <b>"}}
    assert (registered(sandbox), bucket.ask("HEAD", DEMO).status) == (before, 404)


def test_a_failing_gateway_does_nothing(sandbox: Sandbox, bucket: Bucket) -> None:
    before = registered(sandbox)
    order(sandbox, "http_500")
    reply = ask(sandbox, bucket)
    assert (reply.status, reply.json) == (500, {"message": "Internal Server Error"})
    assert (registered(sandbox), bucket.ask("HEAD", DEMO).status) == (before, 404)


def test_a_slow_call_is_performed_at_its_end(sandbox: Sandbox, bucket: Bucket) -> None:
    before = registered(sandbox)
    order(sandbox, "slow", seconds=1)
    replies: list[Reply] = []
    thread = threading.Thread(target=lambda: replies.append(ask(sandbox, bucket)))
    started = time.monotonic()
    thread.start()
    while pending(sandbox):
        time.sleep(0.01)
    assert (registered(sandbox), bucket.ask("HEAD", DEMO).status) == (before, 404)
    thread.join()
    assert time.monotonic() - started >= 1
    assert "registerInfo" in replies[0].json
    assert bucket.ask("HEAD", DEMO).status == 200


def test_a_slow_call_is_performed_even_when_its_caller_is_gone(sandbox: Sandbox, bucket: Bucket) -> None:
    order(sandbox, "slow", seconds=0.5)
    with pytest.raises(TimeoutError):
        ask(sandbox, bucket, seconds=0.1)
    assert bucket.ask("HEAD", DEMO).status == 404
    deadline = time.monotonic() + 10
    while bucket.ask("HEAD", DEMO).status == 404:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_mishap_happens_as_often_as_ordered_and_to_its_caller_only(
    sandbox: Sandbox, bucket: Bucket
) -> None:
    order(sandbox, "refuse", caller="100000000001_unlucky", times=2, message="no luck")
    answers = []
    for name in ("demo", "unlucky", "demo", "unlucky", "unlucky"):
        answers.append("registerInfo" in ask(sandbox, bucket, userName=name).json)
    assert answers == [True, False, True, False, True]


def test_mishaps_wait_in_the_order_they_were_ordered(sandbox: Sandbox, bucket: Bucket) -> None:
    for message in ("first", "second"):
        order(sandbox, "refuse", message=message)
    found = [ask(sandbox, bucket).json.get("errorResponse", {}).get("message") for _ in range(3)]
    assert found == ["first", "second", None]


def test_the_page_shows_what_is_still_to_come(sandbox: Sandbox, bucket: Bucket) -> None:
    order(sandbox, "refuse", action="Register", caller="7_<b>", times=3, message="<i>")
    order(sandbox, "http_500", action="Register")
    ordered = [
        ["Fault of calls", "refuse", "Register", "7_<b>", "3 ×, message <i>"],
        ["Fault of calls", "http_500", "Register", "", "1 ×"],
    ]
    assert pending(sandbox) == ordered
    ask(sandbox, bucket)
    assert pending(sandbox) == ordered[:1]


@pytest.mark.parametrize("fault", ["lost_reply", "garbage"])
def test_a_job_whose_answer_is_spoilt_exists(sandbox: Sandbox, fault: str) -> None:
    caller = caller_of(sandbox)
    before = len(sandbox.backend.jobs.latest(1000))
    order(sandbox, fault, action="CreateJob", caller=caller.source)
    with pytest.raises((http.client.RemoteDisconnected, ValueError)):
        caller.call("CreateJob", createJobRequest=caller.job("song.mp3"))
    assert len(sandbox.backend.jobs.latest(1000)) == before + 1


def test_a_job_that_is_refused_on_purpose_does_not_exist(sandbox: Sandbox) -> None:
    caller = caller_of(sandbox)
    before = len(sandbox.backend.jobs.latest(1000))
    order(sandbox, "refuse", action="CreateJob", message="no")
    reply = caller.call("CreateJob", createJobRequest=caller.job("song.mp3"))
    assert reply == {"errorResponse": {"message": "no"}}
    assert len(sandbox.backend.jobs.latest(1000)) == before


def test_a_mishap_of_one_action_leaves_the_others_alone(sandbox: Sandbox) -> None:
    caller = caller_of(sandbox)
    order(sandbox, "refuse", action="GetJob", message="no")
    job_id = caller.create(caller.job("song.mp3"))
    asked = {"getJobRequest": {"id": job_id}}
    assert caller.call("GetJob", **asked) == {"errorResponse": {"message": "no"}}
    assert "getJobResponse" in caller.call("GetJob", **asked)


def test_a_stranger_uses_up_no_mishap(sandbox: Sandbox) -> None:
    caller = caller_of(sandbox)
    order(sandbox, "refuse", action="GetJob", message="no")
    stranger = Caller(caller.gateway, caller.source, {**caller.info, "apiGateSecretKey": "wrong"})
    reply = send("POST", caller.gateway + "/job", b'{"action": "GetJob"}', stranger.headers())
    assert reply.status == 401
    assert caller.call("GetJob", getJobRequest={"id": "x"})["errorResponse"]["message"] == "no"


def test_mishaps_do_not_survive_a_restart(start: Callable[..., Sandbox]) -> None:
    first = start()
    order(first, "http_500", times=100)
    first.stop()
    second = start()
    assert "registerInfo" in ask(second, bucket_of(second)).json


def test_the_connection_of_a_lost_reply_closes_without_a_byte(sandbox: Sandbox, bucket: Bucket) -> None:
    order(sandbox, "lost_reply")
    body = json.dumps(registration(bucket)).encode()
    head = f"POST /register HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    place = urlsplit(sandbox.gateway.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(head + body)
        assert connection.recv(100) == b""
