"""Both kinds of key, the guide's and a tight one, against the sandbox's store, which weighs CAM policies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tencent.bucket import Bucket
from tencent.bucket_check import NEEDED, check_bucket
from tencent.cam_policy import policy_text, tight_policy
from tencent.errors import BucketRefused
from tencent.gateway import Gateway
from tencent.keys import BucketKeys
from tencent.messages import RegisterRequest
from tests.sandbox_process import SandboxKey, SandboxProcess

UIN = "100000000077"
ORIGIN = "https://portal.example"


def opened(sandbox: SandboxProcess, key: SandboxKey, *, region: str = "") -> Bucket:
    keys = BucketKeys(secret_id=key.secret_id, secret_key=key.secret_key)
    return Bucket(key.bucket, region or key.region, keys, store_url=sandbox.store)


def tight_key(sandbox: SandboxProcess, bucket: str, **words: Any) -> SandboxKey:
    policy = tight_policy(bucket=bucket, region=sandbox.region, operate_uin=UIN, **words)
    return sandbox.key(policy=policy, bucket=bucket)


def states(bucket: Bucket) -> dict[str, str]:
    return {check.key: check.state for check in check_bucket(bucket, origin=ORIGIN)}


def register(sandbox: SandboxProcess, key: SandboxKey) -> str:
    request = RegisterRequest(
        request_id="policy-1",
        operate_uin=UIN,
        user_name="policy",
        keys=BucketKeys(secret_id=key.secret_id, secret_key=key.secret_key),
        bucket=key.bucket,
        region=key.region,
    )
    return Gateway(sandbox.gateway).register(request).demo_path


def test_a_tight_key_passes_every_check_and_can_register(sandbox: SandboxProcess) -> None:
    key = tight_key(sandbox, "tight-1250000000", cors=True)
    bucket = opened(sandbox, key)
    bucket.set_cors(ORIGIN)
    assert set(states(bucket).values()) == {"ok"}
    assert bucket.read(register(sandbox, key), 100_000)


def test_a_tight_key_may_do_nothing_elsewhere(sandbox: SandboxProcess) -> None:
    bucket = opened(sandbox, tight_key(sandbox, "narrow-1250000000"))
    for folder in ("output/musicBeat/1/", "uploads/2026/11/", f"{UIN}_demo/"):
        bucket.put(f"{folder}a.txt", b"x")
        bucket.delete(f"{folder}a.txt")
    for key in ("a.txt", "private/a.txt", "100000000078_demo/a.txt"):
        with pytest.raises(BucketRefused) as caught:
            bucket.put(key, b"x")
        assert caught.value.is_forbidden
    with pytest.raises(BucketRefused):
        bucket.set_cors(ORIGIN)


def test_the_guides_key_passes_all_that_is_needed(sandbox: SandboxProcess) -> None:
    key = sandbox.key("data", bucket="guide-1250000000")
    found = states(opened(sandbox, key))
    assert "failed" not in found.values()
    assert "skipped" not in found.values()
    assert {found[step] for step in NEEDED - {"region"}} == {"ok"}
    assert (found["cors"], found["acl"]) == ("forbidden", "forbidden")
    assert opened(sandbox, key).read(register(sandbox, key), 100_000)


@pytest.mark.parametrize(("rights", "step"), [("read", "put"), ("none", "list")])
def test_a_key_without_the_needed_rights_fails_where_they_end(
    sandbox: SandboxProcess, rights: str, step: str
) -> None:
    found = states(opened(sandbox, sandbox.key(rights, bucket="poor-1250000000")))
    assert found[step] == "failed"
    assert [state for state in found.values() if state == "failed"] == ["failed"]
    assert found["multipart"] == "skipped"


def test_a_region_that_was_typed_wrong_is_found_out(sandbox: SandboxProcess) -> None:
    wrong = "ap-nanjing" if sandbox.region != "ap-nanjing" else "ap-beijing"
    bucket = opened(sandbox, sandbox.key("full", bucket="moved-1250000000"), region=wrong)
    region = next(check for check in check_bucket(bucket) if check.key == "region")
    assert (region.state, region.code) == ("failed", "other_region")
    assert region.detail == {"region": sandbox.region}


@pytest.mark.parametrize(
    ("acl", "code"),
    [("private", ""), ("public-read", "public_read"), ("public-read-write", "public_write")],
)
def test_a_public_bucket_is_warned_about(sandbox: SandboxProcess, acl: str, code: str) -> None:
    key = sandbox.key("full", bucket="shared-1250000000")
    sandbox.share(key.bucket, acl)
    check = next(check for check in check_bucket(opened(sandbox, key)) if check.key == "acl")
    assert (check.state, check.code) == ("warn" if code else "ok", code)


def test_the_policy_is_in_the_form_of_the_cam_console() -> None:
    policy = tight_policy(bucket="songs-1250000000", region="ap-guangzhou", operate_uin=UIN)
    on_bucket, on_objects = policy["statement"]
    root = "qcs::cos:ap-guangzhou:uid/1250000000:songs-1250000000/"
    assert on_objects["resource"] == [
        f"{root}{UIN}_demo/*",
        f"{root}output/*",
        f"{root}uploads/*",
        f"{root}.portal-probe/*",
    ]
    assert on_bucket["resource"] == [root, *on_objects["resource"]]
    assert "name/cos:GetBucketACL" in on_bucket["action"]
    assert "name/cos:PutBucketCORS" not in json.dumps(policy)
    assert json.loads(policy_text(policy)) == policy
