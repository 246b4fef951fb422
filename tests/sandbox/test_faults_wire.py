"""Ordered mishaps as they look on the wire, byte by byte, and what the ledger says of them."""

import gzip
import http.client
import json
import select
import socket
import time
import zlib
from urllib.parse import urlsplit

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Caller, send
from tests.sandbox.conftest import caller_of
from tests.sandbox.doors import knock


def order(sandbox: Sandbox, fault: str, **more: object) -> None:
    reply = knock(sandbox, "faults", {"fault": fault, "action": "CreateJob", **more})
    assert reply.status == 200, reply


def asked(caller: Caller, custom_id: str = "one") -> tuple[bytes, dict[str, str]]:
    keys = {"secretId": caller.info["tmpSecretId"], "secretKey": caller.info["tmpSecretKey"]}
    request = caller.job("song.mp3", customId=custom_id)
    body = json.dumps({"action": "CreateJob", **keys, "createJobRequest": request}).encode()
    return body, caller.headers()


def opened(caller: Caller, custom_id: str = "one") -> socket.socket:
    """A connection over which one CreateJob has been sent."""
    body, headers = asked(caller, custom_id)
    lines = ["POST /job HTTP/1.1", "Host: h", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    place = urlsplit(caller.gateway)
    connection = socket.create_connection((place.hostname, place.port), timeout=10)
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    return connection


def told(caller: Caller, custom_id: str = "one") -> bytes:
    """Everything that comes back until the other side closes."""
    with opened(caller, custom_id) as connection:
        return b"".join(iter(lambda: connection.recv(1 << 20), b""))


def last(caller: Caller) -> tuple[str, bool, str]:
    entry = send("GET", caller.gateway + "/_ledger").json[-1]
    return entry["kind"], entry["performed"], entry["answered"]


def jobs(sandbox: Sandbox) -> int:
    return len(sandbox.backend.jobs.latest(1000))


NOT_PERFORMED = ("create_job_not_performed", False)
PERFORMED = ("create_job", True)


@pytest.mark.parametrize(
    ("more", "status", "message", "headers"),
    [
        ({"fault": "http", "status": 503}, 503, "Service Unavailable", {}),
        ({"fault": "http", "status": 418, "message": "tea"}, 418, "tea", {}),
        ({"fault": "http", "status": 599, "retry_after": 7}, 599, "Odd", {"retry-after": "7"}),
        ({"fault": "throttle"}, 429, "API rate limit exceeded", {}),
        ({"fault": "throttle", "retry_after": 3}, 429, "API rate limit exceeded", {"retry-after": "3"}),
        (
            {"fault": "redirect", "location": "http://127.0.0.1:1/steal"},
            307,
            "Temporary Redirect",
            {"location": "http://127.0.0.1:1/steal"},
        ),
    ],
)
def test_the_gateway_answers_instead_of_tmp(
    sandbox: Sandbox, caller: Caller, more: dict, status: int, message: str, headers: dict[str, str]
) -> None:
    before = jobs(sandbox)
    order(sandbox, **more)
    reply = send("POST", caller.gateway + "/job", *asked(caller))
    assert (reply.status, reply.json) == (status, {"message": message})
    found = {name: value for name, value in reply.headers.items() if name in ("retry-after", "location")}
    assert found == headers
    assert jobs(sandbox) == before
    told = f"http_{status}" if more["fault"] == "http" else more["fault"]
    assert last(caller) == (*NOT_PERFORMED, told)


@pytest.mark.parametrize(("fault", "performed"), [("reset_before", False), ("reset_after", True)])
def test_a_connection_can_be_reset(sandbox: Sandbox, caller: Caller, fault: str, performed: bool) -> None:
    before = jobs(sandbox)
    order(sandbox, fault)
    with pytest.raises(ConnectionResetError):
        told(caller)
    assert jobs(sandbox) == before + performed
    assert last(caller) == (*(PERFORMED if performed else NOT_PERFORMED), fault)


@pytest.mark.parametrize(("fault", "performed"), [("close_before", False), ("lost_reply", True)])
def test_a_connection_can_close_without_an_answer(
    sandbox: Sandbox, caller: Caller, fault: str, performed: bool
) -> None:
    before = jobs(sandbox)
    order(sandbox, fault)
    assert told(caller) == b""
    assert jobs(sandbox) == before + performed
    assert last(caller) == (*(PERFORMED if performed else NOT_PERFORMED), fault)


def test_a_call_that_hangs_before_it_is_performed_is_in_the_ledger_at_once(
    sandbox: Sandbox, caller: Caller
) -> None:
    before = jobs(sandbox)
    order(sandbox, "hang_before")
    with opened(caller) as connection:
        deadline = time.monotonic() + 10
        while last(caller) != (*NOT_PERFORMED, "hang_before"):
            assert time.monotonic() < deadline
        assert select.select([connection], [], [], 0)[0] == []
        assert jobs(sandbox) == before


def test_half_an_answer_promises_the_whole(sandbox: Sandbox, caller: Caller) -> None:
    before = jobs(sandbox)
    order(sandbox, "half")
    head, _, body = told(caller).partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert len(body) == length // 2
    assert body.startswith(b'{"createJobResponse"')
    assert jobs(sandbox) == before + 1
    assert last(caller) == (*PERFORMED, "half")


def test_a_cut_chunk_is_shorter_than_it_says(sandbox: Sandbox, caller: Caller) -> None:
    order(sandbox, "cut_chunk")
    with pytest.raises(http.client.IncompleteRead):
        send("POST", caller.gateway + "/job", *asked(caller))
    assert last(caller) == (*PERFORMED, "cut_chunk")


@pytest.mark.parametrize(("fault", "slow"), [("drip", b"{"), ("drip_head", b"H")])
def test_a_dripping_answer_comes_byte_by_byte(
    sandbox: Sandbox, caller: Caller, fault: str, slow: bytes
) -> None:
    order(sandbox, fault, seconds=0.3)
    with opened(caller) as connection:
        first = connection.recv(1 << 16)
        if fault == "drip":
            assert first.endswith(b"\r\n\r\n")
            first = connection.recv(1 << 16)
        started = time.monotonic()
        assert first == slow
        assert len(connection.recv(1 << 16)) == 1
        assert time.monotonic() - started >= 0.2
    assert last(caller) == (*PERFORMED, fault)


def test_a_dripping_answer_is_whole_at_its_end(sandbox: Sandbox, caller: Caller) -> None:
    order(sandbox, "drip_head", seconds=0.0001)
    reply = send("POST", caller.gateway + "/job", *asked(caller, "drips"))
    assert reply.json["createJobResponse"]["job"]["customId"] == "drips"


@pytest.mark.parametrize(
    "body", ["", "[" * 200_000, '{"id":' + "9" * 5000 + "}", '{"m":"\\ud800\\u0000"}', "NaN", "鼓"]
)
def test_an_odd_answer_is_given_as_ordered(sandbox: Sandbox, caller: Caller, body: str) -> None:
    before = jobs(sandbox)
    order(sandbox, "odd", body=body)
    reply = send("POST", caller.gateway + "/job", *asked(caller))
    assert (reply.status, reply.body) == (200, body.encode())
    assert jobs(sandbox) == before + 1
    assert last(caller) == (*PERFORMED, "odd")


def test_an_oversized_answer_is_true_and_too_large(sandbox: Sandbox, caller: Caller) -> None:
    order(sandbox, "oversized")
    reply = send("POST", caller.gateway + "/job", *asked(caller, "large"))
    assert len(reply.body) > 6 << 20
    assert reply.json["createJobResponse"]["job"]["customId"] == "large"


def test_a_bomb_is_small_until_it_is_unpacked(sandbox: Sandbox, caller: Caller) -> None:
    order(sandbox, "gzip_bomb")
    reply = send("POST", caller.gateway + "/job", *asked(caller))
    assert reply.headers["content-encoding"] == "gzip"
    assert len(reply.body) < 1 << 20
    assert len(zlib.decompressobj(wbits=31).decompress(reply.body, 8 << 20)) == 8 << 20
    assert gzip.decompress(reply.body).count(0) == 256 << 20


def test_a_call_that_tmp_refuses_is_not_performed_whatever_its_answer(
    sandbox: Sandbox, caller: Caller
) -> None:
    order(sandbox, "garbage")
    assert b"<!doctype html>" in told_with(caller, {"outputs": []})
    assert last(caller) == (*NOT_PERFORMED, "garbage")


def told_with(caller: Caller, request: dict) -> bytes:
    keys = {"secretId": caller.info["tmpSecretId"], "secretKey": caller.info["tmpSecretKey"]}
    body = json.dumps({"action": "CreateJob", **keys, "createJobRequest": request}).encode()
    return send("POST", caller.gateway + "/job", body, caller.headers()).body


def test_a_mishap_meets_the_custom_ids_it_was_ordered_for(sandbox: Sandbox, caller: Caller) -> None:
    order(sandbox, "refuse", custom_id="red", times=2)
    answers = {}
    for name in ("green-1", "red-1", "dark red", "red"):
        answers[name] = b"errorResponse" in send("POST", caller.gateway + "/job", *asked(caller, name)).body
    assert answers == {"green-1": False, "red-1": True, "dark red": False, "red": True}


def test_a_mishap_of_looks_meets_a_job_by_its_id_or_its_custom_id(sandbox: Sandbox, caller: Caller) -> None:
    first, second = (caller.create(caller.job("song.mp3", customId=name)) for name in ("apple-1", "pear-1"))
    for more in ({"job_id": first}, {"custom_id": "pear"}):
        order(sandbox, "refuse", action="GetJob", message=str(*more), **more)
    found = {
        job: caller.call("GetJob", getJobRequest={"id": job}).get("errorResponse", {}).get("message")
        for job in (second, first)
    }
    assert found == {second: "custom_id", first: "job_id"}
    assert caller.look(first)["customId"] == "apple-1"


def test_a_share_of_the_calls_is_spoilt_and_a_seed_repeats_which(
    start_seeded, tmp_path_factory: pytest.TempPathFactory
) -> None:
    patterns = []
    for seed in (1, 1, 2):
        sandbox = start_seeded(tmp_path_factory.mktemp("seed"), seed)
        caller = caller_of(sandbox)
        order(sandbox, "refuse", action="GetJob", share=0.3, times=1_000_000)
        messages = [
            caller.call("GetJob", getJobRequest={"id": "x"})["errorResponse"]["message"] for _ in range(60)
        ]
        patterns.append(["told" in message for message in messages])
    assert patterns[0] == patterns[1] != patterns[2]
    assert 5 < sum(patterns[0]) < 35
