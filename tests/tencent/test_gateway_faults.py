"""What every kind of broken, late or missing answer becomes: sent or surely not sent, never a hang."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time

import pytest

from tencent.errors import Garbled, GatewayError, Unanswered, Unreachable
from tencent.gateway import Gateway
from tencent.keys import GatewayKeys, TmpKeys
from tests.tencent.calls import JOB, REQUEST, SECRETS, error_of, gateway_at
from tests.tencent.wire_server import Script, WireServer, answer, bytes_then_close, drip, reset


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        (answer(500, {"message": "Internal Server Error"}), "http_500"),
        (answer(502, "<html>bad gateway</html>"), "http_502"),
        (answer(408, {"message": "slow"}), "http_408"),
        (bytes_then_close(b""), "reset"),
        (reset, "reset"),
        (bytes_then_close(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"createJob'), "cut"),
        (bytes_then_close(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"cr'), "cut"),
        (bytes_then_close(b"\x16\x03\x01 not http at all\r\n\r\n"), "reset"),
    ],
)
def test_no_usable_answer_leaves_it_open_whether_the_job_exists(script: Script, cause: str) -> None:
    error = error_of(script)
    assert isinstance(error, Unanswered)
    assert error.cause == cause


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        (answer(200, b""), "not_json"),
        (answer(200, "<html>welcome</html>"), "not_json"),
        (answer(200, '{"createJobResponse": {"job": {"id"'), "not_json"),
        (answer(200, "[]"), "not_an_object"),
        (answer(200, "{}"), "no_job"),
        (answer(200, {"createJobResponse": {"job": {"state": 1}}}), "no_id"),
        (answer(200, {"createJobResponse": {"job": {"id": "x" * 1_000_000}}}), "no_id"),
        (answer(200, {"createJobResponse": {"job": {"id": "a\x01b"}}}), "no_id"),
        (answer(200, {"createJobResponse": {"job": {"id": "a\0b"}}}), "no_id"),
        (answer(200, '{"a": NaN}'), "not_a_number"),
        (answer(200, '{"a": -Infinity}'), "not_a_number"),
        (answer(200, '{"a": 1e999}'), "huge_number"),
        (answer(200, '{"a": ' + "9" * 5000 + "}"), "huge_number"),
        (answer(200, "[" * 200_000), "too_deep"),
        (answer(200, '{"a":' * 65 + "1" + "}" * 65), "too_deep"),
        (answer(404, "<html>no such page</html>"), "not_json"),
        (answer(404, "{}"), "no_message"),
        (answer(200, b"not gzip", {"Content-Encoding": "gzip"}), "undecodable"),
    ],
)
def test_an_answer_that_means_nothing_is_garbled(script: Script, cause: str) -> None:
    error = error_of(script)
    assert isinstance(error, Garbled)
    assert error.cause == cause


@pytest.mark.parametrize("state", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_so_the_keys_stay_home(state: int) -> None:
    with WireServer(answer(200, JOB)) as other:
        error = error_of(answer(state, b"", {"Location": other.url + "/job"}))
    assert isinstance(error, Garbled)
    assert error.cause == "redirect"
    assert other.requests == []


def test_what_was_not_understood_still_says_something() -> None:
    error = error_of(answer(200, {"requestId": "r", "message": f"no {SECRETS[0]} for you"}))
    assert isinstance(error, Garbled)
    assert error.cause == "no_job"
    assert error.words == "no *** for you"


def test_a_number_of_63_bits_is_an_id() -> None:
    script = answer(200, {"createJobResponse": {"job": {"id": 2**63 - 1, "state": 1}}})
    with WireServer(script) as server:
        assert gateway_at(server.url).create_job(REQUEST, 10).id == str(2**63 - 1)


def test_an_answer_for_another_job_is_garbled() -> None:
    script = answer(200, {"getJobResponse": {"job": {"id": "8", "state": 3}}})
    with WireServer(script) as server, pytest.raises(Garbled) as caught:
        gateway_at(server.url).get_job("7")
    assert caught.value.cause == "another_job"


def test_a_job_without_state_is_garbled_when_that_was_the_question() -> None:
    with WireServer(answer(200, {"getJobResponse": {"job": {"id": "7"}}})) as server, pytest.raises(Garbled):
        gateway_at(server.url).get_job("7")


@pytest.mark.parametrize("packed", [False, True])
def test_an_oversized_answer_is_dropped_early(packed: bool) -> None:
    flood = b"x" * 20_000_000
    script = answer(200, gzip.compress(flood), {"Content-Encoding": "gzip"}) if packed else answer(200, flood)
    started = time.monotonic()
    error = error_of(script)
    assert isinstance(error, Garbled)
    assert error.cause == "oversized"
    assert error.exchange is not None
    assert len(error.exchange.answer) == 64 * 1024
    assert time.monotonic() - started < 3


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
    assert time.monotonic() - started < 1.5
    assert isinstance(error, Unanswered)
    assert error.cause in ("deadline", "timeout")


def test_slow_but_in_time_is_an_answer() -> None:
    raw = json.dumps(JOB).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(raw)}\r\n\r\n".encode()
    with WireServer(drip(head + raw, 0.005)) as server:
        assert gateway_at(server.url).create_job(REQUEST, 10).id == "job-1"


def test_one_call_at_its_deadline_does_not_disturb_another() -> None:
    def script(peer: socket.socket, request: bytes) -> None:
        if b'"slow"' in request:
            time.sleep(2)
        time.sleep(0.5)
        answer(200, {"getJobResponse": {"job": {"id": "fast", "state": 1}}})(peer, request)

    with WireServer(script) as server:
        gateway = gateway_at(server.url)
        troubles: list[GatewayError] = []

        def ask_slowly() -> None:
            try:
                gateway.get_job("slow", 0.3)
            except GatewayError as error:
                troubles.append(error)

        thread = threading.Thread(target=ask_slowly)
        thread.start()
        assert gateway.get_job("fast", 5).id == "fast"
        thread.join()
    assert [type(error) for error in troubles] == [Unanswered]


# Nothing was sent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("http://127.0.0.1:{port}", "refused"),
        ("http://no-such-host.invalid", "dns"),
    ],
)
def test_a_gateway_that_cannot_be_reached_has_surely_got_nothing(url: str, cause: str) -> None:
    with pytest.raises(Unreachable) as caught:
        gateway_at(url.format(port=free_port())).create_job(REQUEST)
    assert caught.value.cause == cause
    assert caught.value.exchange is not None
    assert caught.value.exchange.error == f"Unreachable: {cause}"
    assert caught.value.__context__ is None, "library errors carry the request, keys included"


def test_a_failed_tls_handshake_has_sent_nothing() -> None:
    with WireServer(answer(200, JOB)) as server, pytest.raises(Unreachable) as caught:
        gateway_at(server.url.replace("http:", "https:")).create_job(REQUEST, 0.5)
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
            gateway_at(f"http://127.0.0.1:{listener.getsockname()[1]}", connect_s=0.3).create_job(REQUEST)
        for filler in fillers:
            filler.close()
    assert caught.value.cause == "connect_timeout"


def test_a_caller_that_would_smuggle_a_header_is_never_sent() -> None:
    keys = {
        "gateway_keys": GatewayKeys(secret_id="i", secret_key="k"),
        "tmp_keys": TmpKeys(secret_id="i", secret_key="k"),
    }
    with WireServer(answer(200, JOB)) as server, pytest.raises(Unreachable) as caught:
        Gateway(server.url, caller="1_u\r\nX-Evil: 1", **keys).create_job(REQUEST)  # type: ignore[arg-type]
    assert caught.value.cause == "unfit"
    assert server.requests == []


@pytest.mark.parametrize(
    "endpoint",
    ["", "ftp://a.example", "http://", "http://u:p@a.example", "https://a.example/?x=1", "http://a b"],
)
def test_an_endpoint_that_is_no_plain_url_is_not_accepted(endpoint: str) -> None:
    with pytest.raises(ValueError, match="Not a gateway endpoint"):
        Gateway(endpoint)


def test_job_calls_need_both_key_pairs() -> None:
    with pytest.raises(ValueError, match="TMP keys"):
        Gateway("https://a.example").get_job("7")
    with pytest.raises(ValueError, match="gateway keys"):
        Gateway("https://a.example", tmp_keys=TmpKeys(secret_id="i", secret_key="k")).get_job("7")


def test_a_proxy_that_opens_no_tunnel_has_passed_nothing_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with WireServer(answer(407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(Unreachable) as caught:
            gateway_at("https://tmp.example").create_job(REQUEST)
    assert caught.value.cause == "proxy"
    assert [request.split(b" ")[0] for request in proxy.requests] == [b"CONNECT"]
    assert SECRETS[1].encode() not in proxy.requests[0]


def test_a_proxy_of_the_environment_is_used_for_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    with WireServer(answer(200, JOB)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        assert gateway_at("http://tmp.example").create_job(REQUEST).id == "job-1"
    assert proxy.requests[0].startswith(b"POST http://tmp.example/job HTTP/1.1\r\n")
