"""How many calls travel at once: the rules of one call hold for each of them, whatever comes back."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tencent import streaming
from tencent.errors import Garbled, GatewayError, Unanswered, Unreachable
from tencent.streaming import Streaming
from tencent.transports import Answer
from tests.tencent.wire_server import Script, WireServer, answer, bytes_then_close, drip, reset

BODY = b'{"action": "GetJob"}'
HEADERS = {"Content-Type": "application/json", "Authorization": "hmac"}
OK = answer(200, {"ok": 1})


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """The ways to an address are remembered, and here the environment changes."""
    yield
    streaming._way.cache_clear()


def send(
    url: str, *, calls: int = 1, deadline_s: float = 5.0, pause_s: float = 0.0, **limits: Any
) -> list[Answer]:
    """So many calls one after the other; raises what the last one does."""

    async def run() -> list[Answer]:
        async with Streaming(**{"at_once": 4, **limits}) as transport:
            answers = []
            for _ in range(calls):
                answers.append(await transport.send(url, BODY, HEADERS, deadline_s))
                await asyncio.sleep(pause_s)
            return answers

    return asyncio.run(run())


def error_of(script: Script, *, deadline_s: float = 5.0, **limits: Any) -> GatewayError:
    with WireServer(script) as server, pytest.raises(GatewayError) as caught:
        send(server.url + "/job", deadline_s=deadline_s, **limits)
    assert len(server.requests) == 1, "one call, one request"
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return caught.value


def test_a_call_travels_as_it_was_given_and_its_answer_comes_back_whole() -> None:
    with WireServer(answer(404, b'{"a": "\xe5\x90\x8d"}', {"X-Api-RequestId": "r-1"})) as server:
        (got,) = send(server.url + "/job")
    (asked,) = server.requests
    head, _, body = asked.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /job HTTP/1.1") and body == BODY
    assert b"Authorization: hmac" in head and b"Accept-Encoding: identity" in head
    assert b"python" not in head.lower()
    assert (got.http_state, got.text, got.headers["x-api-requestid"]) == (404, '{"a": "名"}', "r-1")


# Whether it was sent


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        (bytes_then_close(b""), "reset"),
        (reset, "reset"),
        (bytes_then_close(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"createJob'), "cut"),
        (bytes_then_close(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"cr'), "cut"),
        (bytes_then_close(b"HTTP/1.1 200 OK\r\nContent-Le"), None),
        (bytes_then_close(b"\x16\x03\x01 not http at all\r\n\r\n"), None),
    ],
)
def test_no_whole_answer_leaves_it_open_what_became_of_the_call(script: Script, cause: str | None) -> None:
    error = error_of(script)
    assert isinstance(error, Unanswered)
    assert error.cause == cause or cause is None


def test_half_an_answer_is_kept_as_far_as_it_came() -> None:
    error = error_of(
        bytes_then_close(b"HTTP/1.1 200 OK\r\nX-Api-RequestId: r-7\r\nContent-Length: 99\r\n\r\n{")
    )
    assert error.answer is not None
    assert (error.answer.http_state, error.answer.headers["x-api-requestid"]) == (200, "r-7")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("url", "cause"), [("http://127.0.0.1:{port}", "refused"), ("http://no-such-host.invalid", "dns")]
)
def test_what_found_nobody_was_surely_not_sent(url: str, cause: str) -> None:
    with pytest.raises(Unreachable) as caught:
        send(url.format(port=free_port()))
    assert caught.value.cause == cause
    assert caught.value.__suppress_context__, "library errors carry the request, keys included"


def test_a_failed_tls_handshake_has_sent_nothing() -> None:
    with WireServer(OK) as server, pytest.raises(Unreachable) as caught:
        send(server.url.replace("http:", "https:"), deadline_s=1.0)
    assert caught.value.cause in ("tls", "connect_timeout")
    assert server.requests == []


def test_a_full_backlog_is_a_connect_time_out() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        with pytest.raises(Unreachable) as caught:
            send(f"http://127.0.0.1:{listener.getsockname()[1]}", deadline_s=0.4)
        for filler in fillers:
            filler.close()
    assert caught.value.cause == "connect_timeout"


def test_a_header_that_would_smuggle_another_is_never_sent() -> None:
    async def run(url: str) -> None:
        async with Streaming(at_once=1) as transport:
            await transport.send(url, BODY, {"Source": "1_u\r\nX-Evil: 1"}, 5.0)

    with WireServer(OK) as server, pytest.raises(Unreachable) as caught:
        asyncio.run(run(server.url))
    assert caught.value.cause == "unfit"
    assert server.requests == []


def test_what_waits_in_vain_for_a_connection_was_surely_not_sent() -> None:
    release = threading.Event()

    def slow(peer: socket.socket, request: bytes) -> None:
        release.wait(5)
        OK(peer, request)

    async def run(url: str) -> list[Any]:
        async with Streaming(at_once=1, fresh=True) as transport:
            first = asyncio.create_task(transport.send(url, BODY, HEADERS, 5.0))
            await asyncio.sleep(0.1)
            second = await asyncio.gather(transport.send(url, BODY, HEADERS, 0.3), return_exceptions=True)
            release.set()
            return [await first, *second]

    with WireServer(slow) as server:
        first, second = asyncio.run(run(server.url))
    assert first.http_state == 200
    assert isinstance(second, Unreachable)
    assert len(server.requests) == 1


# Time


@pytest.mark.parametrize(
    "script",
    [
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000, 0.01),
        drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"{" * 1000, 0.02),
        lambda _peer, _request: time.sleep(2),
    ],
    ids=["headers", "body", "body without length", "silence"],
)
def test_no_answer_outlasts_the_deadline(script: Script) -> None:
    started = time.monotonic()
    error = error_of(script, deadline_s=0.6)
    assert time.monotonic() - started < 1.8
    assert isinstance(error, Unanswered)
    assert error.cause == "deadline"


def test_slow_but_in_time_is_an_answer() -> None:
    raw = json.dumps({"ok": 1}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(raw)}\r\n\r\n".encode()
    with WireServer(drip(head + raw, 0.005)) as server:
        assert send(server.url)[0].body == raw


def test_one_call_at_its_deadline_does_not_disturb_the_others() -> None:
    def script(peer: socket.socket, request: bytes) -> None:
        if b"/slow" in request:
            time.sleep(2)
        OK(peer, request)

    async def run(url: str) -> list[Any]:
        async with Streaming(at_once=8) as transport:
            slow = transport.send(url + "/slow", BODY, HEADERS, 0.3)
            quick = [transport.send(url + "/quick", BODY, HEADERS, 5.0) for _ in range(5)]
            return await asyncio.gather(slow, *quick, return_exceptions=True)

    with WireServer(script) as server:
        slow, *quick = asyncio.run(run(server.url))
    assert isinstance(slow, Unanswered)
    assert [got.http_state for got in quick] == [200] * 5


# What is not followed, kept or read


@pytest.mark.parametrize("state", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_so_the_keys_stay_home(state: int) -> None:
    with WireServer(OK) as other, WireServer(answer(state, b"", {"Location": other.url})) as server:
        (got,) = send(server.url)
    assert (got.http_state, other.requests) == (state, [])


@pytest.mark.parametrize("says_its_length", [True, False])
def test_an_oversized_answer_is_dropped_early(says_its_length: bool) -> None:
    flood = b"x" * 20_000_000
    script = answer(200, flood) if says_its_length else bytes_then_close(b"HTTP/1.1 200 OK\r\n\r\n" + flood)
    started = time.monotonic()
    error = error_of(script, most_bytes=100_000)
    assert time.monotonic() - started < 3
    assert isinstance(error, Garbled)
    assert error.cause == "oversized"
    assert error.answer is not None and len(error.answer.body) == 100_000


def test_a_packed_answer_is_not_unpacked() -> None:
    with WireServer(answer(200, b"\x1f\x8b packed", {"Content-Encoding": "gzip"})) as server:
        assert send(server.url)[0].body == b"\x1f\x8b packed"


def test_no_cookie_is_kept() -> None:
    with WireServer(answer(200, {"ok": 1}, {"Set-Cookie": "session=1; Path=/"})) as server:
        send(server.url, calls=2)
    assert len(server.requests) == 2
    assert b"cookie" not in b"".join(server.requests).lower()


# Connections


@pytest.mark.parametrize(("fresh", "connections"), [(False, 1), (True, 4)])
def test_a_connection_is_kept_or_new_for_every_call(fresh: bool, connections: int) -> None:
    with WireServer(OK) as server:
        send(server.url, calls=4, fresh=fresh)
    assert (len(server.requests), server.connections) == (4, connections)


def test_no_more_connections_are_open_than_allowed() -> None:
    now, most, lock = 0, 0, threading.Lock()

    def counted(peer: socket.socket, request: bytes) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.05)
        with lock:
            now -= 1
        OK(peer, request)

    async def run(url: str) -> None:
        async with Streaming(at_once=3) as transport:
            await asyncio.gather(*(transport.send(url, BODY, HEADERS, 9.0) for _ in range(12)))

    with WireServer(counted) as server:
        asyncio.run(run(server.url))
    assert (len(server.requests), most) == (12, 3)


# Proxies


@pytest.fixture
def through(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the proxy of the environment."""

    def set_proxy(url: str) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        streaming._way.cache_clear()

    return set_proxy


def test_loopback_is_reached_without_a_proxy(through: Callable[[str], None]) -> None:
    with WireServer(OK) as proxy, WireServer(OK) as server:
        through(proxy.url)
        send(server.url)
        send(server.url.replace("127.0.0.1", "localhost"))
    assert (len(server.requests), proxy.requests) == (2, [])


def test_a_proxy_of_the_environment_is_used_for_the_world(through: Callable[[str], None]) -> None:
    with WireServer(OK) as proxy:
        through(proxy.url)
        send("http://tmp.example/job")
    assert proxy.requests[0].startswith(b"POST http://tmp.example/job HTTP/1.1\r\n")


def test_a_proxy_that_opens_no_tunnel_has_passed_nothing_on(through: Callable[[str], None]) -> None:
    with WireServer(answer(407)) as proxy:
        through(proxy.url)
        with pytest.raises(Unreachable) as caught:
            send("https://tmp.example/job")
    assert caught.value.cause == "proxy"
    assert [request.split(b" ")[0] for request in proxy.requests] == [b"CONNECT"]
    assert b"hmac" not in proxy.requests[0]


def test_a_proxy_that_is_away_has_passed_nothing_on(through: Callable[[str], None]) -> None:
    through(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        send("http://tmp.example/job")
