"""Who answers at an endpoint: told apart before any key is sent there."""

from __future__ import annotations

import time

import pytest

from tencent.probing import probe
from tests.sandbox_process import SandboxProcess
from tests.tencent.wire_server import Script, WireServer, answer, bytes_then_close, drip, reset

HMAC = "HMAC signature cannot be verified, a validate authorization header is required"


def test_the_sandbox_answers_as_a_gateway_does(sandbox: SandboxProcess) -> None:
    found = probe(sandbox.gateway)
    assert (found.state, found.http_state, found.words) == ("answers", 401, HMAC)
    assert (found.rate_limit, found.is_plain_http, found.cause) == ("5000/5000", True, "")
    assert found.clock_skew_s is not None
    assert abs(found.clock_skew_s) < 30
    assert 0 < found.seconds < 8


def test_a_probe_carries_nothing_but_an_empty_question() -> None:
    with WireServer(answer(403, {"message": HMAC})) as server:
        assert probe(server.url + "/release/").state == "answers"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /release/job HTTP/1.1\r\n")
    assert body == b"{}"
    assert b"authorization" not in head.lower()
    assert b"source" not in head.lower()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("script", "http_state", "cause", "words"),
    [
        (answer(200, "<html>welcome</html>"), 200, "", "<html>welcome</html>"),
        (answer(403, "<html>HMAC? no</html>"), 403, "", "<html>HMAC? no</html>"),
        (answer(401, {"message": "log in"}), 401, "", "log in"),
        (
            answer(404, {"message": "There is no api match uri[/job]"}),
            404,
            "",
            "There is no api match uri[/job]",
        ),
        (answer(200, {"message": HMAC}), 200, "", HMAC),
        (answer(302, b"", {"Location": "http://127.0.0.1:1/"}), 302, "", ""),
        (answer(502, "<html>bad</html>"), 502, "", "<html>bad</html>"),
        (bytes_then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"), 200, "cut", "half"),
    ],
)
def test_anything_else_that_talks_is_strange(script: Script, http_state: int, cause: str, words: str) -> None:
    with WireServer(script) as server:
        found = probe(server.url)
    assert (found.state, found.http_state, found.cause, found.words) == ("strange", http_state, cause, words)


def test_a_flood_of_words_is_capped() -> None:
    with WireServer(answer(200, "x" * 1_000_000)) as server:
        assert len(probe(server.url).words) == 2000


@pytest.mark.parametrize(
    ("script", "cause"), [(reset, "reset"), (drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 99), "deadline")]
)
def test_no_answer_in_time_is_silence(script: Script, cause: str) -> None:
    started = time.monotonic()
    with WireServer(script) as server:
        found = probe(server.url, 0.5)
    assert (found.state, found.http_state, found.cause) == ("silent", None, cause)
    assert time.monotonic() - started < 3


def test_a_closed_door_is_silent_and_http_is_told() -> None:
    assert probe("http://127.0.0.1:1").cause == "refused"
    assert not probe("https://127.0.0.1:1").is_plain_http


@pytest.mark.parametrize("endpoint", ["", "ftp://a.example", "https://user@a.example", "a.example"])
def test_what_is_no_endpoint_is_not_asked(endpoint: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        probe(endpoint)
