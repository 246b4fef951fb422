"""What the gateway looks like from outside: headers, wrong paths, framing, ledger and page."""

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Caller, registration, send


def ledger(caller: Caller) -> list[dict]:
    return send("GET", caller.gateway + "/_ledger").json


def talk(url: str, data: bytes) -> bytes:
    """Send bytes as they are; everything that comes back until the other side closes."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(data)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_the_ledger_lists_what_was_accepted(caller: Caller) -> None:
    before = len(ledger(caller))
    job_id = caller.create(caller.job("song.mp3", customId="mine"))
    caller.look(job_id)
    caller.call("CreateJob", createJobRequest={})
    caller.call("GetJob", getJobRequest={"id": "nothing"})
    created, looked, *others = ledger(caller)[before:]
    assert (created["kind"], looked["kind"]) == ("create_job", "get_job")
    assert [entry["kind"] for entry in others] == ["create_job_not_performed", "get_job_not_performed"]
    assert {entry["answered"] for entry in others} == {"refused"}
    assert created["request"]["createJobRequest"]["customId"] == "mine"
    for entry in (created, looked):
        assert entry["job_id"] == job_id
        assert entry["custom_id"] == "mine"
        assert entry["source"] == caller.source
        assert entry["content_id"] == caller.info["tmpContentId"]


def test_neither_ledger_nor_page_shows_a_secret(caller: Caller, bucket: Bucket, sandbox: Sandbox) -> None:
    url = bucket.signed_url("GET", "song.mp3")
    caller.create(caller.job("", inputs=[{"url": url}]))
    shown = [send("GET", sandbox.gateway.url + path).body.decode() for path in ("/_ledger", "/")]
    secrets = [bucket.secret_key, url.partition("q-signature=")[2]]
    secrets += [caller.info[name] for name in ("tmpSecretKey", "apiGateSecretKey", "tmpSecretId")]
    assert not [secret for secret in secrets for text in shown if secret in text]
    assert caller.info["tmpContentId"] in shown[0]


def test_the_page_shows_accounts_jobs_and_assumptions(caller: Caller) -> None:
    job_id = caller.create(caller.job("song.mp3", customId="<b>bold</b>"))
    reply = send("GET", caller.gateway + "/")
    assert reply.headers["content-type"].startswith("text/html")
    page = reply.body.decode()
    assert caller.source in page
    assert job_id in page
    assert "&lt;b&gt;bold" in page
    assert "<b>bold" not in page
    assert "x-date-age" in page
    assert "demoCosPath" in page


def test_a_web_page_elsewhere_cannot_read_the_ledger(caller: Caller) -> None:
    for path in ("/", "/_ledger"):
        assert "access-control-allow-origin" not in send("GET", caller.gateway + path).headers


def test_answers_carry_the_gateway_s_headers(sandbox: Sandbox, bucket: Bucket) -> None:
    body = json.dumps(registration(bucket)).encode()
    first, second = (send("POST", sandbox.gateway.url + "/register", body) for _ in range(2))
    assert len(first.headers["x-api-requestid"]) == 32
    assert first.headers["x-api-requestid"] != second.headers["x-api-requestid"]
    assert first.headers["content-type"] == "application/json"
    assert first.headers["transfer-encoding"] == "chunked"
    assert first.headers["x-api-upstreamstatus"] == "200"
    assert first.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("POST", "/", "There is no api match uri[/]"),
        ("POST", "/jobs", "There is no api match uri[/jobs]"),
        ("POST", "/test/job", "There is no api match default env_mapping '/test'"),
        ("POST", "/release//job", "There is no api match uri[/release//job]"),
        ("GET", "/job", "There is no api match method[GET]"),
        ("PUT", "/release/register", "There is no api match method[PUT]"),
    ],
)
def test_other_paths_and_methods_have_no_api(sandbox: Sandbox, method: str, path: str, text: str) -> None:
    reply = send(method, sandbox.gateway.url + path)
    assert (reply.status, reply.json) == (404, {"message": text})


def test_a_path_cannot_smuggle_headers_into_the_answer(sandbox: Sandbox) -> None:
    reply = send("POST", sandbox.gateway.url + "/a%0d%0aX-Mine:%20yes")
    assert reply.status == 404
    assert "x-mine" not in reply.headers


def test_a_huge_body_is_refused(sandbox: Sandbox) -> None:
    reply = send("POST", sandbox.gateway.url + "/register", b" " * (2 << 20))
    assert (reply.status, reply.json) == (413, {"message": "Request Entity Too Large"})


def test_a_connection_is_kept_even_when_a_body_was_not_read(sandbox: Sandbox) -> None:
    place = urlsplit(sandbox.gateway.url)
    connection = http.client.HTTPConnection(place.netloc, timeout=10)
    for _ in range(3):
        connection.request("POST", "/nothing", b"x" * 100_000)
        answer = connection.getresponse()
        assert answer.status == 404
        answer.read()
        assert connection.sock is not None
    connection.close()


def test_chunked_bodies_are_understood(sandbox: Sandbox, bucket: Bucket) -> None:
    body = json.dumps(registration(bucket)).encode()
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    reply = send("POST", sandbox.gateway.url + "/register", pieces, {"Content-Type": "application/json"})
    assert "registerInfo" in reply.json


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: many\r\n\r\n",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_a_body_without_a_clear_length_is_refused(sandbox: Sandbox, framing: bytes) -> None:
    answer = talk(sandbox.gateway.url, b"POST /register HTTP/1.1\r\nHost: h\r\n" + framing)
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /register HTTP/1.1\r\nHost: h\r\nContent-Length: many\r\n\r\n", b"HTTP/1.1 400 "),
        (b"PROPFIND / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n", b"HTTP/1.1 501 "),
    ],
)
def test_a_client_that_is_still_sending_hears_the_answer_to_its_end(
    sandbox: Sandbox, head: bytes, status: bytes
) -> None:
    """Closing with bytes unread would be a reset, in the middle of what the client has to say."""
    place = urlsplit(sandbox.gateway.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(head)
        answer = connection.recv(1 << 16)
        assert answer.startswith(status)
        for _ in range(64):
            connection.sendall(b"x" * (1 << 15))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 16):
            pass


@pytest.mark.parametrize("chunks", [b"zz\r\n", b"-5\r\n", b"5\r\nab"])
def test_a_broken_chunk_ends_the_connection_without_an_answer(sandbox: Sandbox, chunks: bytes) -> None:
    head = b"POST /register HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    place = urlsplit(sandbox.gateway.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(head + chunks)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""


def test_an_old_client_gets_an_answer_that_ends_with_the_connection(sandbox: Sandbox) -> None:
    answer = talk(sandbox.gateway.url, b"GET /_ledger HTTP/1.0\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert isinstance(json.loads(body), list)
