"""Uploads in parts against the sandbox, and links that a browser may use for one part and nothing else."""

from __future__ import annotations

import uuid

import pytest
import requests

from tencent.bucket import Bucket
from tencent.bucket_uploads import SMALLEST_PART_BYTES
from tencent.errors import BucketMissing, BucketRefused
from tencent.keys import BucketKeys
from tests.contract.test_store import bucket_of
from tests.sandbox_process import SandboxProcess

ORIGIN = "http://portal.example:8000"


@pytest.fixture(scope="module")
def bucket(sandbox: SandboxProcess) -> Bucket:
    return bucket_of(sandbox)


@pytest.fixture
def key() -> str:
    return f"uploads/{uuid.uuid4()}.wav"


def test_parts_in_any_order_become_one_object(bucket: Bucket, key: str) -> None:
    whole = bytes(range(256)) * (SMALLEST_PART_BYTES // 256) * 2 + b"the end"
    upload = bucket.uploads.begin(key, "audio/wav")
    assert key in bucket.list_uploads(key)
    for number in (3, 1, 2):
        part = whole[(number - 1) * SMALLEST_PART_BYTES : number * SMALLEST_PART_BYTES]
        bucket.uploads.put(key, upload, number=number, stream=part, length=len(part))
    parts = bucket.uploads.parts(key, upload)
    sizes = [SMALLEST_PART_BYTES, SMALLEST_PART_BYTES, 7]
    assert [(part.number, part.size) for part in parts] == list(zip([1, 2, 3], sizes, strict=True))
    bucket.uploads.finish(key, upload, parts)
    assert bucket.read(key, len(whole)) == whole
    with bucket.open(key) as opened:
        assert opened.headers["content-type"] == "audio/wav"
    with pytest.raises(BucketRefused) as caught:
        bucket.uploads.parts(key, upload)
    assert caught.value.code == "NoSuchUpload"


def test_an_upload_that_is_given_up_leaves_nothing(bucket: Bucket, key: str) -> None:
    upload = bucket.uploads.begin(key, "audio/wav")
    bucket.uploads.put(key, upload, number=1, stream=b"some", length=4)
    bucket.uploads.give_up(key, upload)
    assert bucket.list_uploads(key) == []
    with pytest.raises(BucketMissing):
        bucket.head(key)
    with pytest.raises(BucketRefused):
        bucket.uploads.give_up(key, upload)


def test_a_link_is_good_for_one_part_of_its_own_length(bucket: Bucket, key: str) -> None:
    upload = bucket.uploads.begin(key, "audio/wav")
    params = {"partNumber": "1", "uploadId": upload}
    link = bucket.signed_url(key, "PUT", 60, params, {"Content-Length": "4", "Content-Type": "audio/wav"})

    def put(url: str, content: bytes) -> int:
        return requests.put(url, data=content, headers={"Content-Type": "audio/wav"}, timeout=10).status_code

    assert put(link, b"12345") == 403
    assert put(link.replace("partNumber=1", "partNumber=2"), b"1234") == 403
    assert put(link.replace(key, f"{key}x"), b"1234") == 403
    assert put(link, b"1234") == 200
    assert [part.size for part in bucket.uploads.parts(key, upload)] == [4]


def test_a_bucket_lets_in_only_the_origin_of_its_rule(sandbox: SandboxProcess) -> None:
    own = sandbox.key("full", bucket=f"ways{uuid.uuid4().hex[:8]}-1250000000")
    keys = BucketKeys(secret_id=own.secret_id, secret_key=own.secret_key)
    fresh = Bucket(own.bucket, own.region, keys, store_url=sandbox.store)
    assert not fresh.lets_in(ORIGIN)
    fresh.set_cors(ORIGIN)
    assert fresh.lets_in(ORIGIN)
    assert not fresh.lets_in("http://other.example")
