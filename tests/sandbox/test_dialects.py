"""How calls are let in and answered in other dialects, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from sandbox.dialects import STANDARD, SWITCHES, Dialect, DialectError, read
from sandbox.gateway.faults import Fault
from tests.sandbox.client import Caller, Json, register, registration, send
from tests.sandbox.conftest import bucket_of, caller_of
from tests.sandbox.speaking import Start, ask
from tests.sandbox.test_gateway_signature import UNVERIFIED, at, signed


def test_a_dialect_is_given_in_words_and_later_ones_win() -> None:
    assert read(["states=1", "states=2"])["states"] == "2"
    assert str(read(["random:5"])) == str(Dialect.random(5)) != str(Dialect.random(6))
    assert str(STANDARD) == "standard"


@pytest.mark.parametrize("word", ["states", "states=9", "nothing=1", "random:x"])
def test_a_word_that_is_none_is_named(word: str) -> None:
    with pytest.raises(DialectError, match=r"."):
        read([word])


def test_random_dialects_reach_every_setting() -> None:
    seen = {(name, Dialect.random(seed)[name]) for seed in range(200) for name in SWITCHES}
    assert seen == {(name, setting) for name, switch in SWITCHES.items() for setting in switch.settings}


@pytest.mark.parametrize(
    ("table", "unknown", "wrong"), [("table-a", 401, 401), ("table-b", 403, 403), ("table-b-new", 401, 403)]
)
def test_the_tables_of_refusals(
    speaking: Callable[..., Caller], table: str, unknown: int, wrong: int
) -> None:
    caller = speaking(refusal_status=table, refusal_texts="table-b", refusal_stop="full-stop")
    nobody = send("POST", f"{caller.gateway}/job", b"{}", signed(caller, {"date": at(0)}, gate_id="AKIDx"))
    assert (nobody.status, nobody.json["message"]) == (unknown, UNVERIFIED + ".")
    other = send("POST", f"{caller.gateway}/job", b"{}", caller.headers() | {"Source": "x"})
    assert (other.status, other.json["message"]) == (wrong, "HMAC signature does not match.")
    bare = send("POST", f"{caller.gateway}/job", b"{}", {"Authorization": "nothing"})
    assert bare.json["message"] == "authorization headers is invalidate."
    assert send("POST", f"{caller.gateway}/job", b"{}").status == 401


def test_x_date_may_be_needed_and_date_may_age(speaking: Callable[..., Caller]) -> None:
    caller = speaking(dates="x-date-only", x_date_age="300", date_age="checked")
    job = f"{caller.gateway}/job"
    needed = f"{UNVERIFIED}, a valid x-date header is required for HMAC Authentication"
    assert send("POST", job, b"{}", signed(caller, {"date": at(0)})).json["message"] == needed
    assert send("POST", job, b"{}", signed(caller, {"x-date": at(0)})).status == 200
    for name, values in (("x-date", {"x-date": at(6)}), ("date", {"x-date": at(0), "date": at(-16)})):
        old = f"{UNVERIFIED}, the {name} header is out of date for HMAC Authentication"
        assert send("POST", job, b"{}", signed(caller, values)).json["message"] == old


def test_a_signature_may_not_matter(speaking: Callable[..., Caller]) -> None:
    caller = speaking(signature="ignored")
    assert "errorResponse" in send("POST", f"{caller.gateway}/job", b"{}").json


def test_source_may_have_to_be_the_caller_s(speaking: Callable[..., Caller]) -> None:
    caller = speaking(source="must-match")
    other = Caller(caller.gateway, "0_nobody", caller.info)
    reply = ask(other, "GetJob", getJobRequest={"id": "none"})
    assert reply.json == {"errorResponse": {"message": "Source does not match the account"}}
    assert (
        "Source" not in ask(caller, "GetJob", getJobRequest={"id": "none"}).json["errorResponse"]["message"]
    )


@pytest.mark.parametrize("form", SWITCHES["retry-after"].settings)
def test_what_comes_with_a_429(start: Start, form: str) -> None:
    sandbox = start(dialect=Dialect({"retry-after": form, "rate-limit": "limit-of-limit"}))
    caller = caller_of(sandbox)
    sandbox.trouble.limit.set(1)
    replies = [ask(caller, "GetJob", getJobRequest={"id": "none"}) for _ in range(2)]
    assert [reply.headers["x-service-ratelimit"] for reply in replies] == ["1/1", "1/1"]
    said = replies[1].headers.get("retry-after", "")
    assert replies[1].status == 429
    assert {"seconds": said.isdigit(), "date": said.endswith(" GMT"), "absent": said == ""}[form]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "HMAC apikey is invalid for API"),
        (403, "Found no validate usage plan"),
        (429, "API quota exceeded"),
        (481, "config"),
        (499, "client gone"),
        (502, "Bad Gateway"),
        (504, "Gateway Time-out"),
    ],
)
def test_rows_that_no_call_brings_about_can_be_ordered(start: Start, status: int, words: str) -> None:
    sandbox = start()
    caller = caller_of(sandbox)
    sandbox.trouble.faults.order(Fault(kind="http", action="GetJob", status=status, message=words))
    reply = ask(caller, "GetJob", getJobRequest={"id": "none"})
    assert (reply.status, reply.json) == (status, {"message": words})
    assert reply.body.endswith(b'"}\n')
    assert "x-api-upstreamstatus" not in reply.headers


@pytest.mark.parametrize(
    ("host", "path", "words"),
    [
        ("service-mqk0mc83-1257411467.bj.apigw.tencentcs.com", "/release/job", ""),
        ("api.mediax.tencent.com", "/job", ""),
        ("api.mediax.tencent.com:443", "/job", ""),
        (
            "service-mqk0mc83-1257411467.bj.apigw.tencentcs.com",
            "/job",
            "There is no api match default env_mapping '/job'",
        ),
        (
            "service-mqk0mc83-1257411467.bj.apigw.tencentcs.com",
            "/test/job",
            "There is no api match default env_mapping '/test'",
        ),
        ("api.mediax.tencent.com", "/release/job", "There is no api match uri[/release/job]"),
        ("other.tencent.com", "/job", "There is no api match host[other.tencent.com]"),
        ("sandbox.example", "/release/job", ""),
        ("sandbox.example", "/job", ""),
    ],
)
def test_each_host_has_paths_of_its_own_shape(caller: Caller, host: str, path: str, words: str) -> None:
    reply = send("POST", caller.gateway + path, b"{}", {**caller.headers(), "Host": host})
    assert reply.json.get("message", "") == words
    assert reply.status == (404 if words else 200)
    assert words or reply.headers["x-api-httphost"] == host


def test_answers_may_be_plain_text_in_odd_encodings(speaking: Callable[..., Caller]) -> None:
    caller = speaking(content_type="text", encoding="bom", request_id="own", rate_limit="absent")
    reply = ask(caller, "GetJob", getJobRequest={"id": "节拍"})
    assert reply.headers["content-type"] == "text/plain"
    assert reply.body.startswith(b"\xef\xbb\xbf")
    assert len(json.loads(reply.body.decode("utf-8-sig"))["requestId"]) == 32
    assert "x-service-ratelimit" not in reply.headers


def test_signs_beyond_ascii_may_be_escaped(speaking: Callable[..., Caller]) -> None:
    assert ask(speaking(encoding="escaped"), "GetJob", getJobRequest={"id": "节拍"}).body.isascii()


@pytest.mark.parametrize(
    ("form", "members"),
    [
        ("message", {"errorResponse": {"message": "secretId or secretKey is wrong"}}),
        ("code", {"errorResponse": {"code": 10001, "message": "secretId or secretKey is wrong"}}),
        ("text", {"errorResponse": "secretId or secretKey is wrong"}),
        ("top-message", {"code": 10001, "message": "secretId or secretKey is wrong"}),
        ("error-object", {"error": {"code": 10001, "message": "secretId or secretKey is wrong"}}),
    ],
)
def test_the_forms_of_a_refusal(speaking: Callable[..., Caller], form: str, members: Json) -> None:
    caller = speaking(error_form=form, error_status="400")
    stranger = Caller(caller.gateway, caller.source, {**caller.info, "tmpSecretKey": "wrong"})
    reply = ask(stranger, "GetJob", getJobRequest={"id": "none"})
    assert (reply.status, reply.json) == (400, members)
    assert reply.headers["x-api-upstreamstatus"] == "400"


def test_what_is_unknown_may_have_a_status_of_its_own(speaking: Callable[..., Caller]) -> None:
    caller = speaking(wrong_keys="http-403", unknown_job="http-404", unknown_action="http-404")
    stranger = Caller(caller.gateway, caller.source, {**caller.info, "tmpSecretKey": "wrong"})
    asked = {"getJobRequest": {"id": "none"}}
    statuses = [ask(stranger, "GetJob", **asked).status, ask(caller, "GetJob", **asked).status]
    assert [*statuses, ask(caller, "ListJobs").status] == [403, 404, 404]


def test_an_unknown_job_may_be_an_empty_answer(speaking: Callable[..., Caller]) -> None:
    reply = ask(speaking(unknown_job="no-job"), "GetJob", getJobRequest={"id": "none"})
    assert (reply.status, reply.json) == (200, {"getJobResponse": {}})


@pytest.mark.parametrize(
    ("again", "old", "new"),
    [("same-keys", 200, True), ("new-keys", 401, False), ("new-keys-too", 200, False)],
)
def test_a_second_register(start: Start, again: str, old: int, new: bool) -> None:
    sandbox = start(dialect=Dialect({"register-again": again}))
    first, second = (register(sandbox.gateway.url, bucket_of(sandbox)) for _ in range(2))
    assert first.info["tmpContentId"] == second.info["tmpContentId"]
    assert (first.info["tmpSecretKey"] == second.info["tmpSecretKey"]) is new
    statuses = [ask(caller, "GetJob", getJobRequest={"id": "none"}).status for caller in (first, second)]
    assert statuses == [old, 200]


@pytest.mark.parametrize("form", SWITCHES["register-refusal"].settings)
def test_a_second_register_may_be_refused(start: Start, form: str) -> None:
    sandbox = start(dialect=Dialect({"register-again": "refused", "register-refusal": form}))
    register(sandbox.gateway.url, bucket_of(sandbox))
    body = json.dumps(registration(bucket_of(sandbox))).encode()
    said = send("POST", f"{sandbox.gateway.url}/register", body).json
    assert said.get("errorResponse", said.get("registerInfo")) == {
        "message": "100000000001_demo is registered already"
    }


def test_register_may_answer_more_less_or_elsewhere(start: Start) -> None:
    keys = {"tmpContentId", "tmpSecretId", "tmpSecretKey", "apiGateSecretId", "apiGateSecretKey"}
    for form in ("few", "more", "wrapped"):
        sandbox = start(dialect=Dialect({"register-answer": form, "time-stamps": "milliseconds"}))
        body = json.dumps(registration(bucket_of(sandbox))).encode()
        said = send("POST", f"{sandbox.gateway.url}/register", body).json
        info = said["registerResponse"]["registerInfo"] if form == "wrapped" else said["registerInfo"]
        assert (info.keys() == keys) is (form == "few")
        assert ("service" in info) is (form == "more")
        assert form == "few" or info["createdAt"] > 1e12
        sandbox.stop()
