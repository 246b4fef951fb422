"""Copying and deleting within the bucket, against the sandbox: nothing is written over, nothing is lost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tencent.bucket import Bucket
from tencent.bucket_moves import EXISTS, MOST_DELETED
from tencent.errors import BucketMissing, BucketRefused
from tencent.keys import BucketKeys
from tests.sandbox_process import SandboxProcess


@pytest.fixture(scope="module")
def bucket(sandbox: SandboxProcess) -> Bucket:
    keys = BucketKeys(secret_id=sandbox.secret_id, secret_key=sandbox.secret_key)
    return Bucket(sandbox.bucket, sandbox.region, keys, store_url=sandbox.store)


@pytest.fixture
def folder(bucket: Bucket) -> Iterator[str]:
    prefix = f"moves-{uuid.uuid4().hex}/"
    yield prefix
    bucket.delete_many([entry.key for entry in bucket.list(prefix, delimiter="").entries])


@pytest.mark.parametrize("name", ["鼓点 & 'more'.wav", "a+b%20c?.txt", "x./y"])
def test_a_copy_is_the_same_object_under_another_name(bucket: Bucket, folder: str, name: str) -> None:
    etag = bucket.put(folder + name, b"abc", content_type="audio/x")
    bucket.copy(folder + name, f"{folder}copy of {name}", etag=etag)
    source, copy = bucket.head(folder + name), bucket.head(f"{folder}copy of {name}")
    assert (copy.size, copy.etag, copy.crc) == (source.size, source.etag, source.crc)
    assert copy.crc
    with bucket.open(copy.key) as opened:
        assert opened.headers["content-type"] == "audio/x"


def test_a_copy_never_goes_over_another_object(bucket: Bucket, folder: str) -> None:
    etag = bucket.put(f"{folder}new", b"new")
    bucket.put(f"{folder}old", b"old")
    with pytest.raises(BucketRefused) as caught:
        bucket.copy(f"{folder}new", f"{folder}old", etag=etag)
    assert caught.value.code == EXISTS
    assert bucket.read(f"{folder}old", 10) == b"old"


def test_an_object_that_was_changed_meanwhile_is_not_copied(bucket: Bucket, folder: str) -> None:
    etag = bucket.put(f"{folder}song", b"first")
    bucket.put(f"{folder}song", b"second")
    with pytest.raises(BucketRefused) as caught:
        bucket.copy(f"{folder}song", f"{folder}copy", etag=etag)
    assert caught.value.code == "PreconditionFailed"
    with pytest.raises(BucketMissing):
        bucket.head(f"{folder}copy")


def test_what_is_not_there_cannot_be_copied(bucket: Bucket, folder: str) -> None:
    with pytest.raises(BucketMissing):
        bucket.copy(f"{folder}nothing", f"{folder}copy", etag="e")


def test_many_go_at_once_and_what_is_gone_already_counts_as_gone(bucket: Bucket, folder: str) -> None:
    keys = [f"{folder}{name}" for name in ("a & <b>.wav", "鼓点.wav", "c'\".wav")]
    for key in keys:
        bucket.put(key, b"x")
    assert bucket.delete_many([*keys, f"{folder}never"]) == {}
    assert bucket.list(folder, delimiter="").entries == []
    assert bucket.delete_many([]) == {}


def test_each_key_that_stays_has_the_stores_reason(
    sandbox: SandboxProcess, bucket: Bucket, folder: str
) -> None:
    kept, dropped = f"{folder}kept/x", f"{folder}dropped/x"
    for key in (kept, dropped):
        bucket.put(key, b"x")
    may = {"effect": "allow", "action": ["name/cos:*"], "resource": ["*"]}
    may_not = {
        "effect": "deny",
        "action": ["name/cos:DeleteObject"],
        "resource": [f"qcs::cos:*:*:*{folder}kept/*"],
    }
    key = sandbox.key(policy={"version": "2.0", "statement": [may, may_not]})
    keys = BucketKeys(secret_id=key.secret_id, secret_key=key.secret_key)
    poor = Bucket(key.bucket, key.region, keys, store_url=sandbox.store)
    assert poor.delete_many([kept, dropped]) == {kept: "AccessDenied"}
    assert [entry.key for entry in bucket.list(folder, delimiter="").entries] == [kept]


def test_no_more_keys_go_out_than_the_store_takes(bucket: Bucket) -> None:
    with pytest.raises(BucketRefused):
        bucket.delete_many([f"k{number}" for number in range(MOST_DELETED + 1)])
