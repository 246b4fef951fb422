"""What the first questions teach, and that their report tells of nobody."""

from __future__ import annotations

import base64
import hmac
import json
import re
import socket
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tencent.first_contact import QUESTIONS, Finding, Question, ask, lessons, report
from tencent.gateway import Gateway
from tencent.keys import BucketKeys, GatewayKeys, TmpKeys
from tencent.messages import RegisterRequest
from tests.sandbox_process import SandboxProcess
from tests.tencent.wire_server import Script, WireServer, answer, reset

UIN, NAME, CONTENT = "100000000055", "curious", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
GATE = GatewayKeys(secret_id="AKIDgate5678901234", secret_key="gate-secret-key-5")
TMP = TmpKeys(secret_id="AKIDtmp45678901234", secret_key="tmp-secret-key-6")
HARMLESS = [question for question in QUESTIONS if not question.may_cost]


def asked(url: str, *keys: str, **own: Any) -> list[Finding]:
    who = {"caller": f"{UIN}_{NAME}", "gateway_keys": GATE, "tmp_keys": TMP, "content_id": CONTENT, **own}
    wanted = [question for question in QUESTIONS if not keys or question.key in keys]
    return [ask(question, endpoint=url, deadline_s=5, **who) for question in wanted]


def answers_by(judge: Callable[[dict[str, str], dict[str, Any]], Script]) -> Script:
    """A TMP that answers by the headers (lower-cased names) and the body."""

    def script(peer: socket.socket, request: bytes) -> None:
        head, _, body = request.decode().partition("\r\n\r\n")
        lines = (line.split(": ", 1) for line in head.split("\r\n")[1:])
        judge({name.lower(): value for name, value in lines}, json.loads(body))(peer, request)

    return script


def business(words: str) -> Script:
    return answer(200, {"errorResponse": {"message": words}}, {"X-Service-RateLimit": "7/9"})


def lax(_headers: dict[str, str], body: dict[str, Any]) -> Script:
    """Minds nothing, and makes a job of anything."""
    if body["action"] == "CreateJob":
        return answer(200, {"createJobResponse": {"job": {"id": "made-1", "state": 1}}})
    return business(f"job {body.get('getJobRequest', {}).get('id')} not found")


def strict(headers: dict[str, str], body: dict[str, Any]) -> Script:
    """Minds everything: signature, age of Date, Source."""
    date, source = headers.get("date", ""), headers.get("source", "")
    digest = hmac.digest(GATE.secret_key.encode(), f"date: {date}\nsource: {source}".encode(), "sha1")
    if base64.b64encode(digest).decode() not in headers.get("authorization", ""):
        return answer(403, {"message": "HMAC signature does not match"})
    if abs(parsedate_to_datetime(date) - datetime.now(UTC)) > timedelta(minutes=15):
        return answer(403, {"message": "HMAC out of date"})
    if source != f"{UIN}_{NAME}":
        return business("source does not fit")
    return business(f"job {body.get('getJobRequest', {}).get('id')} not found")


# Against the sandbox


@pytest.fixture(scope="module")
def own(sandbox: SandboxProcess) -> dict[str, Any]:
    registered = Gateway(sandbox.gateway).register(
        RegisterRequest(
            request_id="first-1",
            operate_uin=UIN,
            user_name=NAME,
            keys=BucketKeys(secret_id=sandbox.secret_id, secret_key=sandbox.secret_key),
            bucket=sandbox.bucket,
            region=sandbox.region,
        )
    )
    return {
        "gateway_keys": registered.gateway_keys,
        "tmp_keys": registered.tmp_keys,
        "content_id": registered.content_id,
    }


def test_the_sandbox_teaches_what_it_assumes(sandbox: SandboxProcess, own: dict[str, Any]) -> None:
    learned = lessons(asked(sandbox.gateway, **own))
    assert learned["business_http_state"] == 200
    assert learned["signature_http_state"] == 401
    assert learned["signature_words"] == "HMAC signature does not match"
    assert learned["wrong_key_words"] == "secretId or secretKey is wrong"
    assert learned["unknown_action_words"] == "unsupported action: ListJobs"
    assert learned["unknown_job_words"]
    assert learned["signature_enforced"] is True
    assert (learned["source_checked"], learned["date_checked"], learned["x_date_taken"]) == (
        False,
        False,
        True,
    )
    assert learned["invalid_descriptor_made_a_job"] is False
    assert learned["rate_limit"] == "5000/5000"


def test_the_report_of_the_sandbox_tells_of_nobody(sandbox: SandboxProcess, own: dict[str, Any]) -> None:
    findings = asked(sandbox.gateway, **own)
    told = json.dumps(report(findings), ensure_ascii=False)
    keys = (own["gateway_keys"], own["tmp_keys"])
    known = [UIN, NAME, own["content_id"], sandbox.bucket, "127.0.0.1", "AKID"]
    known += [text for pair in keys for text in (pair.secret_id, pair.secret_key)]
    assert not [text for text in known if text in told]
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", told)
    assert [row["question"] for row in json.loads(told)["findings"]] == [q.key for q in QUESTIONS]
    assert "secretId or secretKey is wrong" in told


# Each question


def test_each_question_is_sent_once_and_differs_in_one_thing() -> None:
    with WireServer(answers_by(lax)) as server:
        asked(server.url)
    assert len(server.requests) == len(QUESTIONS)
    sent = {question.key: request for question, request in zip(QUESTIONS, server.requests, strict=True)}
    bodies = {key: json.loads(request.partition(b"\r\n\r\n")[2]) for key, request in sent.items()}
    assert [key for key, body in bodies.items() if body["secretKey"] != TMP.secret_key] == ["wrong_tmp_key"]
    assert [key for key, head in sent.items() if b"Authorization: " not in head] == ["no_signature"]
    assert [key for key, head in sent.items() if b"X-Date: " in head] == ["x_date_only"]
    other = [key for key, head in sent.items() if f"Source: {UIN}_{NAME}".encode() not in head]
    assert other == ["no_signature", "other_source"]
    assert {body["action"] for body in bodies.values()} == {"GetJob", "ListJobs", "CreateJob"}
    assert [key for key, body in bodies.items() if body["action"] == "CreateJob"] == ["invalid_descriptor"]


def test_only_what_may_become_a_job_may_cost_and_it_cannot_reach_a_song() -> None:
    assert [question.key for question in QUESTIONS if question.may_cost] == ["invalid_descriptor"]
    with WireServer(answers_by(lax)) as server:
        asked(server.url, "invalid_descriptor")
    body = json.loads(server.requests[0].partition(b"\r\n\r\n")[2])["createJobRequest"]
    assert CONTENT not in json.dumps(body)
    assert body["outputs"][0]["smartContentDescriptor"] == {"noSuchCapability": {}}


def test_a_question_that_is_none_of_ours_is_not_sent() -> None:
    with WireServer(answers_by(lax)) as server, pytest.raises(KeyError):
        ask(
            Question(key="anything", asks=()),
            endpoint=server.url,
            caller="c",
            gateway_keys=GATE,
            tmp_keys=TMP,
            content_id="",
        )
    assert server.requests == []


@pytest.mark.parametrize(
    ("script", "form", "kind"),
    [
        (business("no"), "errorResponse", "Refused"),
        (answer(401, {"message": "HMAC no"}), "message", "Refused"),
        (answer(200, {"getJobResponse": {"job": {"id": "x", "state": 1}}}), "job", "Garbled"),
        (answer(200, "{}"), "empty", "Garbled"),
        (answer(200, ""), "empty", "Garbled"),
        (answer(200, {"requestId": "r", "getJobResponse": {}}), "empty", "Garbled"),
        (answer(200, "<html>hello"), "other", "Garbled"),
        (answer(200, {"code": 7}), "other", "Garbled"),
        (answer(429, {"message": "slow"}), "message", "Throttled"),
        (answer(502, ""), "empty", "Unanswered"),
        (reset, "none", "Unanswered"),
    ],
)
def test_the_form_of_every_answer_is_told(script: Script, form: str, kind: str) -> None:
    with WireServer(script) as server:
        (finding,) = asked(server.url, "unknown_job")
    assert (finding.form, finding.kind) == (form, kind)
    assert lessons([finding]).keys() <= {
        "business_http_state",
        "signature_http_state",
        "unknown_job_words",
        "rate_limit",
    }


# Lessons


def test_a_service_that_minds_nothing_is_known_for_it() -> None:
    with WireServer(answers_by(lax)) as server:
        findings = asked(server.url)
    learned = lessons(findings)
    habits = ("signature_enforced", "source_checked", "date_checked", "x_date_taken")
    assert [learned[name] for name in habits] == [False, False, False, True]
    assert learned["invalid_descriptor_made_a_job"] is True
    assert findings[-1].job_id == "made-1"
    assert learned["rate_limit"] == "7/9"
    assert "signature_http_state" not in learned


def test_a_service_that_minds_everything_is_known_for_it() -> None:
    with WireServer(answers_by(strict)) as server:
        learned = lessons(asked(server.url))
    habits = ("signature_enforced", "source_checked", "date_checked", "x_date_taken")
    assert [learned[name] for name in habits] == [True, True, True, False]
    assert learned["signature_http_state"] == 403


def test_nothing_is_learned_from_silence() -> None:
    with WireServer(reset) as server:
        assert lessons(asked(server.url)) == {}


def test_a_refusal_proves_nothing_when_a_proper_question_is_refused_too() -> None:
    with WireServer(answer(401, {"message": "HMAC signature cannot be verified"})) as server:
        learned = lessons(asked(server.url))
    assert not {"signature_enforced", "source_checked", "date_checked", "x_date_taken"} & learned.keys()
    assert learned["signature_http_state"] == 401


def test_what_was_not_asked_is_not_learned() -> None:
    with WireServer(answers_by(lax)) as server:
        learned = lessons(asked(server.url, "unknown_job", "other_source"))
    assert learned == {
        "business_http_state": 200,
        "unknown_job_words": learned["unknown_job_words"],
        "source_checked": False,
        "rate_limit": "7/9",
    }


# The report

ECHO = (
    f"caller {UIN}_{NAME} of {UIN} uses {CONTENT} in songs-1250000000 at "
    "songs-1250000000.cos.ap-guangzhou.myqcloud.com "
    f"with {TMP.secret_key} {GATE.secret_id} from 203.0.113.9, "
    f"job {uuid.UUID(int=7)}, other AKIDotherkey99, account 100000000099_other, token {'a1B2' * 8} end"
)


@pytest.mark.parametrize("form", ["errorResponse", "message"])
def test_an_echo_of_everything_leaves_only_placeholders(form: str) -> None:
    body = {"errorResponse": {"message": ECHO}} if form == "errorResponse" else {"message": ECHO}
    with WireServer(answer(200 if form == "errorResponse" else 401, body)) as server:
        findings = asked(server.url)
    words = (
        "caller <caller> of <operateUin> uses <content id> in <bucket> at <bucket> with *** *** from "
        "<address>, job <id>, other <key id>, account <number>, token <token> end"
    )
    told = report(findings)
    assert {row["words"] for row in told["findings"]} == {words}
    kept = json.dumps([finding.__dict__ for finding in findings])
    for name in (UIN, NAME, CONTENT, TMP.secret_key, GATE.secret_key, TMP.secret_id, GATE.secret_id):
        assert name not in kept
        assert name not in json.dumps(told)
    assert "1250000000" not in json.dumps(told)


def test_only_a_public_host_is_named() -> None:
    with WireServer(answers_by(lax)) as server:
        (finding,) = asked(server.url, "unknown_job")
    assert report([finding])["findings"][0]["host"] == "<own host>"
    public = {**finding.__dict__, "exchange": {"url": "https://api.mediax.tencent.com/job"}}
    assert report([Finding(**public)])["findings"][0]["host"] == "api.mediax.tencent.com"
