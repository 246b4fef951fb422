"""What is sent to the gateway, how good answers and refusals are read, and that no secret is kept."""

from __future__ import annotations

import json
import pickle
import socket

import pytest

from tencent.errors import Garbled, Refused, Throttled, Unanswered
from tencent.gateway import Gateway
from tencent.keys import GatewayKeys, TmpKeys
from tencent.messages import JobState
from tests.tencent.calls import JOB, REGISTER, REGISTERED, REQUEST, SECRETS, error_of, gateway_at
from tests.tencent.wire_server import WireServer, answer, bytes_then_close


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


def test_what_databases_cannot_hold_is_marked() -> None:
    text = '{"getJobResponse":{"job":{"id":"7","state":4,"message":"a\\u0000b\\ud800c"}}}'
    with WireServer(answer(200, text)) as server:
        reply = gateway_at(server.url).get_job("7")
    assert reply.message == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
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
