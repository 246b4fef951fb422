"""Register: who is let in, what they are given, and what is left in their bucket."""

import json
import re
from collections.abc import Callable

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, register, registration, send
from tests.sandbox.conftest import bucket_of


def answer(sandbox: Sandbox, body: object, path: str = "/register") -> dict:
    reply = send("POST", sandbox.gateway.url + path, json.dumps(body).encode())
    assert reply.status == 200
    return reply.json


def refusal(sandbox: Sandbox, body: object) -> str:
    reply = answer(sandbox, body)
    assert "registerInfo" not in reply
    return reply["errorResponse"]["message"]


def config(own: Bucket, **changes: object) -> dict:
    request = registration(own)["registerRequest"]
    assert isinstance(request, dict)
    return {**request["cosConfig"], **changes}


def test_the_answer_has_every_member_of_the_guide(sandbox: Sandbox, bucket: Bucket) -> None:
    reply = answer(sandbox, registration(bucket))
    assert reply["requestId"] == "first"
    info = reply["registerInfo"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", info["tmpContentId"])
    assert re.fullmatch(r"AKID[0-9A-Za-z]{36}", info["apiGateSecretId"])
    assert all(info[name] for name in ("tmpSecretId", "tmpSecretKey", "apiGateSecretKey", "createdAt"))
    path = "100000000001_demo/run_musicBeat.py"
    assert info["demoCosPath"] == path
    assert info["usageDescription"] == (
        f"请从COS桶[{bucket.name}]中下载python版本demo文件[{path}], "
        "替换demo中的输入文件后,执行python run_musicBeat.py"
    )
    assert info["message"] == "注册成功,感谢注册"


def test_the_demo_script_holds_the_keys_and_an_open_input_path(sandbox: Sandbox, bucket: Bucket) -> None:
    caller = register(sandbox.gateway.url, bucket)
    script = bucket.ask("GET", caller.info["demoCosPath"]).body.decode()
    compile(script, "run_musicBeat.py", "exec")
    assert "file_path_to_root" in script
    assert all(caller.info[name] in script for name in ("tmpContentId", "tmpSecretKey", "apiGateSecretKey"))
    assert f"{sandbox.gateway.url}/job" in script
    assert "100000000001_demo" in script


def test_the_old_stage_path_works_too(sandbox: Sandbox, bucket: Bucket) -> None:
    assert "registerInfo" in answer(sandbox, registration(bucket), "/release/register")
    script = bucket.ask("GET", "100000000001_demo/run_musicBeat.py").body.decode()
    assert f"{sandbox.gateway.url}/release/job" in script


def test_the_account_id_may_be_a_number(sandbox: Sandbox, bucket: Bucket) -> None:
    info = answer(sandbox, registration(bucket, operateUin=100000000001))["registerInfo"]
    assert info["demoCosPath"] == "100000000001_demo/run_musicBeat.py"


def test_registering_again_keeps_the_keys(sandbox: Sandbox, bucket: Bucket) -> None:
    first, second = (answer(sandbox, registration(bucket))["registerInfo"] for _ in range(2))
    assert {**first, "updatedAt": ""} == {**second, "updatedAt": ""}


def test_another_name_is_another_account(sandbox: Sandbox, bucket: Bucket) -> None:
    first = register(sandbox.gateway.url, bucket)
    second = register(sandbox.gateway.url, bucket, userName="other")
    for name in ("tmpContentId", "tmpSecretId", "tmpSecretKey", "apiGateSecretId", "apiGateSecretKey"):
        assert first.info[name] != second.info[name]


@pytest.mark.parametrize("name", ["", "a" * 20, "with space", "under_score", "名字", 7, None])
def test_a_user_name_has_one_to_nineteen_letters_or_digits(
    sandbox: Sandbox, bucket: Bucket, name: object
) -> None:
    assert "userName" in refusal(sandbox, registration(bucket, userName=name))


@pytest.mark.parametrize("uin", ["", "abc", "1" * 21, True, None, 1.5, "12\n"])
def test_an_account_id_is_digits(sandbox: Sandbox, bucket: Bucket, uin: object) -> None:
    assert "operateUin" in refusal(sandbox, registration(bucket, operateUin=uin))


@pytest.mark.parametrize("name", ["secretId", "secretKey", "bucket", "region"])
@pytest.mark.parametrize("value", ["", " x", 5])
def test_every_bucket_field_is_required(sandbox: Sandbox, bucket: Bucket, name: str, value: object) -> None:
    assert name in refusal(sandbox, registration(bucket, cosConfig=config(bucket, **{name: value})))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"secretId": "AKIDnobody"}, "InvalidAccessKeyId"),
        ({"secretKey": "wrong"}, "SignatureDoesNotMatch"),
        ({"bucket": "nothere-1250000000"}, "NoSuchBucket"),
        ({"bucket": "sandbox2-1250000000"}, "AccessDenied"),
        ({"region": "ap-beijing"}, "NoSuchBucket"),
    ],
)
def test_bucket_keys_that_cannot_write_are_refused(
    sandbox: Sandbox, bucket: Bucket, changes: dict[str, str], reason: str
) -> None:
    performed = sandbox.gateway.url + "/_ledger?kind=register"
    before = send("GET", performed).json
    assert reason in refusal(sandbox, registration(bucket, cosConfig=config(bucket, **changes)))
    assert send("GET", performed).json == before


def test_a_domain_may_only_name_the_sandbox_itself(sandbox: Sandbox, bucket: Bucket) -> None:
    own = f"{sandbox.store.url.removeprefix('http://')}/{bucket.name}"
    assert "registerInfo" in answer(sandbox, registration(bucket, cosConfig=config(bucket, domain=own)))
    for domain in ("example.com", "127.0.0.1:1", own + "x", 7):
        body = registration(bucket, cosConfig=config(bucket, domain=domain))
        assert "domain" in refusal(sandbox, body)


@pytest.mark.parametrize("body", [[], {}, {"action": "CreateJob"}, {"action": "Register"}, "text", None])
def test_a_body_that_is_no_registration_is_refused(sandbox: Sandbox, body: object) -> None:
    assert refusal(sandbox, body)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"requestId": "\\ud800"}', b'{"a": NaN}', b"[" * 100_000]
)
def test_a_body_that_is_not_json_is_refused(sandbox: Sandbox, body: bytes) -> None:
    reply = send("POST", sandbox.gateway.url + "/register", body)
    assert reply.json == {"errorResponse": {"message": "the request body is not JSON"}}


def test_an_account_survives_a_restart(start: Callable[..., Sandbox]) -> None:
    first = start()
    info = register(first.gateway.url, bucket_of(first)).info
    first.stop()
    second = start()
    assert second.credentials == first.credentials
    caller = register(second.gateway.url, bucket_of(second))
    assert {**caller.info, "updatedAt": ""} == {**info, "updatedAt": ""}
