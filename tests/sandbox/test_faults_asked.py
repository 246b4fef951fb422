"""Trouble by header, by account and on the command line, each kind of it, as a caller meets it."""

import http.client
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Caller, Reply, register, registration, send
from tests.sandbox.conftest import bucket_of
from tests.sandbox.doors import key_of, knock
from tests.sandbox_process import SandboxProcess


def asked(caller: Caller, header: str, action: str = "CreateJob", **more: object) -> Reply:
    """One call that asks to be spoilt."""
    keys = {"secretId": caller.info["tmpSecretId"], "secretKey": caller.info["tmpSecretKey"]}
    request = {"createJobRequest": caller.job("song.mp3")} if action == "CreateJob" else {}
    body = json.dumps({"action": action, **keys, **request, **more}).encode()
    headers = {**caller.headers(), "X-Sandbox-Fault": header}
    return send("POST", f"{caller.gateway}/job", body, headers)


def jobs(sandbox: Sandbox) -> int:
    return len(sandbox.backend.jobs.latest(1000))


def test_a_header_asks_for_any_status_of_trouble(caller: Caller) -> None:
    for status in range(400, 600):
        reply = asked(caller, f"http status={status}")
        assert (reply.status, "message" in reply.json) == (status, True)


@pytest.mark.parametrize(
    ("header", "status", "message"),
    [
        ("throttle retry_after=2", 429, "API rate limit exceeded"),
        ("refuse message=余额不足", 200, "余额不足"),
        ("refuse message='no more money'", 200, "no more money"),
        ("expired_gate_key", 401, "HMAC signature cannot be verified"),
        ("expired_tmp_key", 200, "secretId or secretKey is wrong"),
    ],
)
def test_a_header_asks_for_a_refusal(
    sandbox: Sandbox, caller: Caller, header: str, status: int, message: str
) -> None:
    before = jobs(sandbox)
    reply = asked(caller, header.encode().decode("latin-1"))
    assert (reply.status, reply.json.get("errorResponse", reply.json)["message"]) == (status, message)
    assert jobs(sandbox) == before
    assert sandbox.ledger[-1]["answered"] == header.split()[0]


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ("reset_after", ConnectionResetError),
        ("lost_reply", http.client.RemoteDisconnected),
        ("half", http.client.IncompleteRead),
        ("cut_chunk", http.client.IncompleteRead),
    ],
)
def test_a_header_asks_for_an_answer_that_does_not_arrive(
    sandbox: Sandbox, caller: Caller, header: str, error: type[Exception]
) -> None:
    before = jobs(sandbox)
    with pytest.raises(error):
        asked(caller, header)
    assert jobs(sandbox) == before + 1


def test_a_header_asks_for_garbage(caller: Caller) -> None:
    assert asked(caller, "garbage").body.startswith(b"<!doctype html>")


@pytest.mark.parametrize(("header", "least"), [("slow seconds=0.4", 0.4), ("drip seconds=0.001", 0.2)])
def test_a_header_asks_for_patience(caller: Caller, header: str, least: float) -> None:
    started = time.monotonic()
    assert asked(caller, header).json["createJobResponse"]
    assert time.monotonic() - started >= least


def test_a_header_asks_for_silence(caller: Caller) -> None:
    place = caller.gateway.removeprefix("http://")
    connection = http.client.HTTPConnection(place, timeout=0.5)
    headers = {**caller.headers(), "X-Sandbox-Fault": "hang"}
    connection.request("POST", "/job", b'{"action": "GetJob"}', headers)
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()


def test_a_header_spoils_its_own_call_only_and_leaves_orders_alone(sandbox: Sandbox, caller: Caller) -> None:
    assert knock(sandbox, "faults", {"fault": "refuse", "message": "ordered"}).status == 200
    assert asked(caller, "http status=503").status == 503
    assert caller.call("GetJob")["errorResponse"]["message"] == "ordered"
    assert caller.create(caller.job("song.mp3"))


def test_a_header_spoils_a_register_too(sandbox: Sandbox, bucket: Bucket) -> None:
    body = json.dumps(registration(bucket, userName="spoilt")).encode()
    reply = send("POST", f"{sandbox.gateway.url}/register", body, {"X-Sandbox-Fault": "http status=502"})
    assert reply.status == 502
    assert "100000000001_spoilt" not in [account.caller for account in sandbox.backend.accounts.all()]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("fire", "fault is one of refuse"),
        ("", "fault is one of refuse"),
        ("http", "http needs status"),
        ("http 503", "'503' is not name=value"),
        ("http status=200", "status must be a number from 400 to 599"),
        ("http status=inf", "status must be a number from 400 to 599"),
        ("slow seconds=soon", "seconds must be a number"),
        ("refuse message='no", "No closing quotation"),
        ("refuse colour=red", "unknown: colour"),
        ("refuse caller=7_demo share=0.5", "there is no caller, share"),
    ],
)
def test_a_header_that_asks_wrongly_is_told_so_and_nothing_is_done(
    sandbox: Sandbox, caller: Caller, header: str, words: str
) -> None:
    before = jobs(sandbox)
    reply = asked(caller, header)
    assert reply.status == 400
    assert reply.json["message"].startswith("X-Sandbox-Fault: ")
    assert words in reply.json["message"]
    assert jobs(sandbox) == before


def test_a_stranger_s_header_is_not_even_read(caller: Caller) -> None:
    stranger = replace(caller, info={**caller.info, "apiGateSecretKey": "wrong"})
    assert asked(stranger, "fire").json == {"message": "HMAC signature does not match"}


def outcome(caller: Caller, words: str, action: str = "CreateJob") -> Reply:
    keys = {"secretId": caller.info["tmpSecretId"], "secretKey": caller.info["tmpSecretKey"]}
    body = json.dumps({"action": action, **keys, "createJobRequest": caller.job("song.mp3")}).encode()
    return send("POST", f"{caller.gateway}/job", body, {**caller.headers(), "X-Sandbox-Outcome": words})


def test_a_header_decides_how_its_job_ends(caller: Caller) -> None:
    job_id = outcome(caller, "fail message='no beat found'").json["createJobResponse"]["job"]["id"]
    assert (caller.finish(job_id)["state"], caller.look(job_id)["message"]) == (4, "no beat found")
    endless = outcome(caller, "never_ends").json["createJobResponse"]["job"]["id"]
    other = caller.create(caller.job("song.mp3"))
    assert caller.finish(other)["state"] == 3
    assert caller.look(endless)["state"] == 2


@pytest.mark.parametrize(
    ("words", "action", "told"),
    [
        ("explode", "CreateJob", "outcome is one of"),
        ("late", "CreateJob", "need seconds"),
        ("fail custom_id=x", "CreateJob", "there is no custom_id"),
        ("fail", "GetJob", "only a CreateJob decides"),
    ],
)
def test_an_outcome_that_cannot_be_is_told(caller: Caller, words: str, action: str, told: str) -> None:
    reply = outcome(caller, words, action)
    assert reply.status == 400
    assert reply.json["message"].startswith("X-Sandbox-Outcome: ")
    assert told in reply.json["message"]


@pytest.fixture
def both(sandbox: Sandbox) -> tuple[Caller, Caller]:
    """Two accounts at one sandbox, each with a bucket of its own."""
    own, other = bucket_of(sandbox), bucket_of(sandbox, 1)
    for each in (own, other):
        each.ask("PUT", "song.mp3", body=b"la")
    return register(sandbox.gateway.url, own), register(sandbox.gateway.url, other, userName="other")


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("expired_gate_key", (401, "HMAC signature cannot be verified")),
        ("expired_tmp_key", (200, "secretId or secretKey is wrong")),
    ],
)
def test_the_keys_of_one_account_expire_for_all_its_calls_and_it_can_still_register(
    sandbox: Sandbox, both: tuple[Caller, Caller], fault: str, answer: tuple[int, str]
) -> None:
    unlucky, lucky = both
    knock(sandbox, "faults", {"fault": fault, "caller": unlucky.source, "times": 9})
    for action in ("CreateJob", "GetJob"):
        reply = send("POST", f"{unlucky.gateway}/job", call(unlucky, action), unlucky.headers())
        assert (reply.status, reply.json.get("errorResponse", reply.json)["message"]) == answer
    assert lucky.create(lucky.job("song.mp3"))
    assert register(sandbox.gateway.url, bucket_of(sandbox)).info["tmpSecretId"]
    knock(sandbox, "clear", {})
    assert unlucky.create(unlucky.job("song.mp3"))


def call(caller: Caller, action: str) -> bytes:
    keys = {"secretId": caller.info["tmpSecretId"], "secretKey": caller.info["tmpSecretKey"]}
    return json.dumps({"action": action, **keys, "getJobRequest": {"id": "x"}}).encode()


def test_one_account_has_a_limit_of_its_own(sandbox: Sandbox, both: tuple[Caller, Caller]) -> None:
    slow, quick = both
    knock(sandbox, "limit", {"calls_per_second": 0.01, "caller": slow.source})
    statuses = [send("POST", f"{slow.gateway}/job", call(slow, "GetJob"), slow.headers()) for _ in range(3)]
    assert [reply.status for reply in statuses] == [200, 429, 429]
    assert statuses[1].headers["retry-after"] == "100"
    for _ in range(3):
        assert quick.create(quick.job("song.mp3"))
    assert f"{slow.source}: 0.01" in send("GET", sandbox.gateway.url).body.decode()
    knock(sandbox, "limit", {"calls_per_second": 0, "caller": slow.source})
    assert slow.create(slow.job("song.mp3"))


def test_a_delay_meets_every_call_of_an_account(sandbox: Sandbox, both: tuple[Caller, Caller]) -> None:
    slow, quick = both
    knock(sandbox, "faults", {"fault": "slow", "seconds": 0.3, "caller": slow.source, "times": 9})
    for caller in (slow, quick):
        started, before = time.monotonic(), len(sandbox.ledger)
        caller.look(caller.create(caller.job("song.mp3")))
        delayed = {entry["answered"] for entry in sandbox.ledger[before:]} == {"slow"}
        assert delayed == (caller is slow)
        assert time.monotonic() - started >= (0.6 if delayed else 0)
    knock(sandbox, "clear", {})


@pytest.mark.parametrize(
    ("door", "change", "reason"),
    [
        ("keys/rights", {"rights": "none"}, "cannot read song.mp3 in cos bucket {bucket}: AccessDenied"),
        ("keys/rights", {"rights": "read"}, "cannot write output/musicBeat/"),
        ("keys/delete", {}, "cannot read song.mp3 in cos bucket {bucket}: InvalidAccessKeyId"),
    ],
)
def test_rights_that_are_withdrawn_while_a_job_runs_end_it(
    sandbox: Sandbox, door: str, change: dict[str, str], reason: str
) -> None:
    own = key_of(sandbox, rights="data")
    own.ask("PUT", "song.mp3", body=b"la")
    caller = register(sandbox.gateway.url, own, userName="withdrawn")
    knock(sandbox, "outcomes", {"outcome": "late", "seconds": 0.5})
    job_id = caller.create(caller.job("song.mp3"))
    assert knock(sandbox, door, {"secretId": own.secret_id, **change}).status == 200
    job = caller.finish(job_id)
    assert job["state"] == 4
    assert job["message"].startswith(reason.format(bucket=own.name))


def test_rights_are_given_back(sandbox: Sandbox) -> None:
    own = key_of(sandbox, rights="none")
    assert own.ask("GET").status == 403
    for body in ({"rights": "read"}, {"policy": POLICY}):
        assert knock(sandbox, "keys/rights", {"secretId": own.secret_id, **body}).status == 200
        assert own.ask("GET").status == 200
    assert knock(sandbox, "keys/rights", {"secretId": "AKIDnobody", "rights": "read"}).status == 404


POLICY = {
    "version": "2.0",
    "statement": [{"effect": "allow", "action": "name/cos:GetBucket", "resource": "*"}],
}


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        ("http status=503", 503, "SlowDown"),
        ("http status=403", 403, "AccessDenied"),
        ("http status=418", 418, "OrderedError"),
        ("slow seconds=0.1", 200, ""),
        ("fire", 400, "InvalidArgument"),
        ("http status=503 bucket=x", 400, "InvalidArgument"),
    ],
)
def test_a_header_spoils_a_request_to_the_store(bucket: Bucket, header: str, status: int, code: str) -> None:
    reply = bucket.ask("PUT", "headed", body=b"x", headers={"X-Sandbox-Fault": header})
    assert (reply.status, reply.code) == (status, code)
    assert bucket.ask("DELETE", "headed").status == 204


def test_a_header_breaks_a_download(bucket: Bucket) -> None:
    bucket.ask("PUT", "headed", body=b"x" * 1000)
    for header, error in (("half", http.client.IncompleteRead), ("reset", ConnectionResetError)):
        with pytest.raises(error):
            bucket.ask("GET", "headed", headers={"X-Sandbox-Fault": header})
    assert bucket.ask("GET", "headed").body == b"x" * 1000


def test_a_fault_of_the_store_may_meet_every_action(sandbox: Sandbox, bucket: Bucket) -> None:
    knock(sandbox, "store_faults", {"fault": "http", "status": 503, "times": 3})
    statuses = [bucket.ask(method, "any", body=b"x").status for method in ("PUT", "GET", "HEAD", "PUT")]
    assert statuses == [503, 503, 503, 200]


def test_the_command_line_orders_trouble_that_stays(tmp_path: Path) -> None:
    options = (
        *("--fault", "http status=503 action=CreateJob custom_id=red"),
        *("--fault", "refuse action=GetJob times=1 message='not yet'"),
        *("--outcome", "fail custom_id=sad"),
        *("--store-fault", "http status=500 key_prefix=bad/"),
        *("--limit", "1000", "--host", "localhost"),
    )
    with SandboxProcess(tmp_path, options=options, ears="quick") as process:
        own = Bucket(process.store, process.bucket, process.secret_id, process.secret_key)
        caller = register(process.gateway, own)
        for _ in range(3):
            with pytest.raises(AssertionError, match="503"):
                caller.create(caller.job("x", customId="red-1"))
        ids = [caller.create(caller.job("x", customId=name)) for name in ("green", "sad-1", "sad-2")]
        assert caller.call("GetJob")["errorResponse"]["message"] == "not yet"
        assert [caller.finish(job_id)["state"] for job_id in ids] == [3, 4, 4]
        assert [own.ask("PUT", key, body=b"x").status for key in ("bad/1", "good", "bad/2")] == [
            500,
            200,
            500,
        ]
        reply = send("POST", f"{process.gateway}/job", call(caller, "GetJob"), caller.headers())
        assert reply.headers["x-service-ratelimit"].endswith("/1000")
