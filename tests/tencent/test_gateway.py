"""What every kind of answer, good and broken, becomes; and that no secret is left in what is kept."""

from __future__ import annotations

import gzip
import json
import pickle
import socket
import threading
import time
from typing import Any

import pytest

from tencent.errors import Garbled, GatewayError, Refused, Throttled, Unanswered, Unreachable
from tencent.gateway import Gateway
from tencent.keys import BucketKeys, GatewayKeys, TmpKeys
from tencent.messages import JobRequest, JobState, RegisterRequest
from tencent.transports import Blocking
from tests.tencent.wire_server import Script, WireServer, answer, bytes_then_close, drip, reset

SECRETS = (
    "gate-secret/key+1",
    "tmp-secret-key-2",
    "bucket-secret-key-3",
    "handed-out-key-4",
    "handed-out-key-5",
)
JOB = {"createJobResponse": {"job": {"id": "job-1", "state": 1}}}
REQUEST = JobRequest(
    source_path="songs/a.mp3", content_id="c-1", capability="musicBeat", descriptor={"outputType": 3}
)
REGISTER = RegisterRequest(
    request_id="r-1",
    operate_uin="1",
    user_name="u",
    keys=BucketKeys(secret_id="AKIDbucket", secret_key=SECRETS[2]),
    bucket="b-1250000000",
    region="ap-guangzhou",
)
REGISTERED = {
    "requestId": "r-1",
    "registerInfo": {
        "tmpContentId": "c-1",
        "tmpSecretId": "AKIDhanded1",
        "tmpSecretKey": SECRETS[3],
        "apiGateSecretId": "AKIDhanded2",
        "apiGateSecretKey": SECRETS[4],
        "demoCosPath": "1_demo/run_musicBeat.py",
        "usageDescription": "use it",
        "message": "注册成功,感谢注册",
        "createdAt": 1700000000,
        "updatedAt": "2026-01-01",
        "quota": 5,
    },
}


def gateway_at(url: str, **limits: Any) -> Gateway:
    return Gateway(
        url,
        caller="1_u",
        gateway_keys=GatewayKeys(secret_id="AKIDgate", secret_key=SECRETS[0]),
        tmp_keys=TmpKeys(secret_id="AKIDtmp", secret_key=SECRETS[1]),
        transport=Blocking(**limits),
    )


def error_of(script: Script, *, deadline_s: float = 5, **limits: Any) -> GatewayError:
    """The error that create_job makes of this answer, after looking for secrets in all that may be kept of
    it."""
    with WireServer(script) as server, pytest.raises(GatewayError) as caught:
        gateway_at(server.url, **limits).create_job(REQUEST, deadline_s)
    error = caught.value
    assert error.exchange is not None
    kept = json.dumps(error.exchange.to_json()) + str(error) + repr(error) + error.words
    assert not [secret for secret in SECRETS if secret in kept]
    assert len(server.requests) == 1, "one call, one request"
    return error


# Good answers


def test_a_created_job_is_read_and_its_exchange_kept() -> None:
    script = answer(200, JOB, {"X-Api-RequestId": "ab" * 16, "Date": "Sun, 22 Nov 2026 00:00:00 GMT"})
    with WireServer(script) as server:
        reply = gateway_at(server.url + "/release/").create_job(REQUEST)
    assert (reply.id, reply.state, reply.raw) == ("job-1", JobState.SUBMITTED, JOB)
    kept = reply.exchange.to_json()
    assert kept["url"] == server.url + "/release/job"
    assert kept["request"] == REQUEST.as_sent()
    assert (kept["http_state"], kept["request_id"], kept["error"]) == (200, "ab" * 16, "")
    assert json.loads(kept["answer"]) == JOB
    assert isinstance(kept["clock_skew_s"], float)
    assert json.dumps(kept)


def test_the_request_carries_the_body_keys_and_the_signature() -> None:
    with WireServer(answer(200, JOB)) as server:
        gateway_at(server.url).create_job(REQUEST)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /job HTTP/1.1\r\n")
    assert b"\r\nSource: 1_u\r\n" in head
    assert b'Authorization: hmac id="AKIDgate", algorithm="hmac-sha1", headers="date source"' in head
    assert json.loads(body) == REQUEST.body(TmpKeys(secret_id="AKIDtmp", secret_key=SECRETS[1]))


def test_a_registration_is_unsigned_and_its_exchange_holds_no_key() -> None:
    with WireServer(answer(200, REGISTERED)) as server:
        registered = gateway_at(server.url).register(REGISTER)
    assert b"Authorization" not in server.requests[0]
    assert registered.gateway_keys == GatewayKeys(secret_id="AKIDhanded2", secret_key=SECRETS[4])
    assert (registered.created_at, registered.extra) == ("1700000000", {"quota": 5})
    assert registered.raw == REGISTERED
    assert registered.exchange is not None
    kept = json.dumps(registered.exchange.to_json()) + repr(registered)
    assert not [secret for secret in SECRETS if secret in kept]
    assert "注册成功" in registered.exchange.answer


def test_keys_that_were_known_before_come_back_whole() -> None:
    with WireServer(answer(200, REGISTERED)) as server:
        known = Gateway(
            server.url, gateway_keys=GatewayKeys(secret_id="AKIDhanded2", secret_key=SECRETS[4])
        ).register(REGISTER)
    assert known.gateway_keys == GatewayKeys(secret_id="AKIDhanded2", secret_key=SECRETS[4])


def test_half_a_registration_keeps_the_keys_only_where_they_can_be_sealed() -> None:
    whole = json.dumps(REGISTERED)
    cut = whole[: whole.index(SECRETS[4]) + 8]
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(whole)}\r\n\r\n"
    with WireServer(bytes_then_close((head + cut).encode())) as server, pytest.raises(Unanswered) as caught:
        gateway_at(server.url).register(REGISTER)
    error = caught.value
    assert error.answer is not None
    assert SECRETS[3] in error.answer.text
    kept = json.dumps(error.exchange.to_json() if error.exchange else "") + repr(error) + repr(error.answer)
    assert SECRETS[3] not in kept
    assert SECRETS[4][:8] not in kept
    assert SECRETS[3].encode() not in pickle.dumps(error)


@pytest.mark.parametrize("missing", ["tmpContentId", "tmpSecretKey", "apiGateSecretId"])
def test_a_registration_without_a_needed_member_is_garbled(missing: str) -> None:
    info = {name: value for name, value in REGISTERED["registerInfo"].items() if name != missing}  # type: ignore[attr-defined]
    with WireServer(answer(200, {"registerInfo": info})) as server, pytest.raises(Garbled) as caught:
        gateway_at(server.url).register(REGISTER)
    assert caught.value.cause == f"no_{missing}"


def test_an_unknown_state_and_odd_types_are_kept() -> None:
    job = {
        "id": 7,
        "state": "99",
        "customId": None,
        "outputs": [None, {"destination": "/o"}],
        "error": {"message": "m"},
    }
    with WireServer(answer(200, {"getJobResponse": {"job": job}})) as server:
        reply = gateway_at(server.url).get_job("7")
    assert (reply.id, reply.state, reply.custom_id, reply.destination, reply.message) == (
        "7",
        99,
        "",
        "/o",
        "m",
    )


def test_what_databases_cannot_hold_is_taken_out() -> None:
    text = '{"getJobResponse":{"job":{"id":"7","state":4,"message":"a\\u0000b\\ud800c"}}}'
    with WireServer(answer(200, text)) as server:
        reply = gateway_at(server.url).get_job("7")
    assert reply.message == "abc"
    assert "\0" not in json.dumps(reply.raw) + reply.exchange.answer


def test_a_question_may_use_a_kept_connection_and_a_creation_never_does() -> None:
    def script(peer: socket.socket, request: bytes) -> None:
        job = {"job": {"id": "7", "state": 1}}
        name = "createJobResponse" if b"CreateJob" in request else "getJobResponse"
        answer(200, {name: job})(peer, request)

    with WireServer(script) as server:
        gateway = gateway_at(server.url)
        gateway.get_job("7")
        gateway.get_job("7")
        assert server.connections == 1
        gateway.create_job(REQUEST)
        assert server.connections == 2


# Refusals


@pytest.mark.parametrize("state", [401, 403])
def test_a_refused_signature_is_told_in_the_gateways_words(state: int) -> None:
    error = error_of(answer(state, '{"message":"HMAC signature does not match"}\n'))
    assert isinstance(error, Refused)
    assert (error.is_signature, error.http_state) == (True, state)
    assert error.words == error.message == "HMAC signature does not match"


def test_an_error_response_is_a_refusal_in_tmps_words() -> None:
    body = {"requestId": "x", "errorResponse": {"code": 10004, "message": "10004 Engine Error"}}
    error = error_of(answer(200, body))
    assert isinstance(error, Refused)
    assert (error.code, error.words, error.is_signature) == ("10004", "10004 Engine Error", False)


def test_a_job_id_beside_an_error_response_is_still_a_job() -> None:
    with WireServer(answer(200, {**JOB, "errorResponse": {"message": "odd"}})) as server:
        assert gateway_at(server.url).create_job(REQUEST).id == "job-1"


def test_a_secret_echoed_by_the_remote_is_not_kept() -> None:
    echo = f'bad key {SECRETS[1]} or {SECRETS[0]} or signature="abc="'
    error = error_of(answer(400, {"message": echo}))
    assert isinstance(error, Refused)
    assert error.words == 'bad key *** or *** or signature="***"'


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("", None), ("soon", None), ("9" * 400, None)])
def test_too_many_calls_say_how_long_to_wait(header: str, seconds: float | None) -> None:
    error = error_of(answer(429, {"message": "API rate limit exceeded"}, {"Retry-After": header}))
    assert isinstance(error, Throttled)
    assert (error.retry_after, error.words) == (seconds, "API rate limit exceeded")


def test_a_secret_echoed_inside_a_job_is_not_kept() -> None:
    job = {"id": "7", "state": 4, "message": f"used {SECRETS[1]}", "outputs": [{"key": SECRETS[0]}]}
    with WireServer(answer(200, {"getJobResponse": {"job": job}})) as server:
        reply = gateway_at(server.url).get_job("7")
    assert reply.message == "used ***"
    assert (reply.outputs, reply.raw["getJobResponse"]["job"]["outputs"]) == ([{"key": "***"}],) * 2


# Ambiguous answers


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
        (answer(200, {"createJobResponse": {"job": {"id": "x", "state": "gone"}}}), "no_state"),
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
