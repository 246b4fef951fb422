"""The bucket against the sandbox: keys, ranges, pages, signed URLs, and the check before registering."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator

import pytest
import requests

from tencent.bucket import Bucket, check_bucket
from tencent.errors import BucketMissing, BucketRefused, BucketUnreachable
from tencent.keys import BucketKeys
from tests.sandbox_process import SandboxProcess


def bucket_of(sandbox: SandboxProcess) -> Bucket:
    keys = BucketKeys(secret_id=sandbox.secret_id, secret_key=sandbox.secret_key)
    return Bucket(sandbox.bucket, sandbox.region, keys, store_url=sandbox.store)


@pytest.fixture(scope="module")
def bucket(sandbox: SandboxProcess) -> Bucket:
    return bucket_of(sandbox)


@pytest.fixture
def folder(bucket: Bucket) -> Iterator[str]:
    prefix = f"wire-{uuid.uuid4().hex}/"
    yield prefix
    for entry in bucket.list(prefix, delimiter="").entries:
        bucket.delete(entry.key)


@pytest.mark.parametrize(
    "name", ["plain.mp3", "a b.mp3", "鼓点.wav", "🥁.flac", "x./y", "a+b", "50%2Fx", "a&b=c?d#e", "'\"<>.mp3"]
)
def test_any_key_comes_back_as_it_was_written(bucket: Bucket, folder: str, name: str) -> None:
    key = folder + name
    etag = bucket.put(key, name.encode())
    assert bucket.read(key, 1000) == name.encode()
    assert bucket.head(key).etag == etag
    assert [entry.key for entry in bucket.list(folder, delimiter="").entries] == [key]
    assert requests.get(bucket.signed_url(key), timeout=10).content == name.encode()
    bucket.delete(key)
    with pytest.raises(BucketMissing):
        bucket.read(key, 1000)


@pytest.mark.parametrize("key", ["", "/x", "a/..", "..", "a/.", "nul\0", "\ud800", "k" * 851, "line\nbreak"])
def test_a_key_that_a_url_would_change_is_not_sent(bucket: Bucket, key: str) -> None:
    with pytest.raises(BucketRefused) as caught:
        bucket.delete(key)
    assert caught.value.code == "unfit"


@pytest.mark.parametrize("body", [b"", io.BytesIO(b""), iter([])])
def test_an_empty_object_can_be_stored(bucket: Bucket, folder: str, body: io.BytesIO) -> None:
    bucket.put(folder + "empty", body)
    assert bucket.head(folder + "empty").size == 0


def test_files_iterators_and_known_lengths_all_arrive(bucket: Bucket, folder: str) -> None:
    content = bytes(range(256)) * 1000
    bucket.put(folder + "file", io.BytesIO(content))
    bucket.put(folder + "rest", _advanced(content, 100))
    bucket.put(folder + "chunks", iter([content, content]))
    bucket.put(folder + "sized", iter([content, content]), length=2 * len(content))
    sizes = {entry.key.removeprefix(folder): entry.size for entry in bucket.list(folder).entries}
    assert sizes == {"file": 256_000, "rest": 255_900, "chunks": 512_000, "sized": 512_000}
    assert bucket.read(folder + "sized", 10**6) == content * 2


def test_a_stream_shorter_than_promised_is_not_stored(bucket: Bucket, folder: str) -> None:
    with pytest.raises(BucketRefused):
        bucket.put(folder + "short", iter([b"abc"]), length=10)
    assert bucket.list(folder).entries == []


def test_a_range_brings_that_part_only(bucket: Bucket, folder: str) -> None:
    bucket.put(folder + "song", b"0123456789", "audio/wav")
    with bucket.open(folder + "song", "bytes=2-4") as opened:
        assert (opened.http_state, b"".join(opened.chunks)) == (206, b"234")
        assert opened.headers["content-range"] == "bytes 2-4/10"
        assert opened.headers["content-type"] == "audio/wav"
    with bucket.open(folder + "song") as opened:
        assert (opened.http_state, opened.headers["content-length"]) == (200, "10")
    with pytest.raises(BucketRefused) as caught:
        bucket.open(folder + "song", "bytes=50-")
    assert (caught.value.code, caught.value.http_state) == ("InvalidRange", 416)


def test_reading_stops_at_the_cap(bucket: Bucket, folder: str) -> None:
    bucket.put(folder + "large", b"x" * 1001)
    assert len(bucket.read(folder + "large", 1001)) == 1001
    with pytest.raises(BucketRefused) as caught:
        bucket.read(folder + "large", 1000)
    assert caught.value.code == "TooLarge"


def test_a_listing_shows_folders_and_pages(bucket: Bucket, folder: str) -> None:
    for name in ("a.mp3", "b.mp3", "c/d.mp3", "e/f.mp3", "g.mp3"):
        bucket.put(folder + name, b"x")
    page = bucket.list(folder)
    assert [entry.key for entry in page.entries] == [folder + name for name in ("a.mp3", "b.mp3", "g.mp3")]
    assert page.folders == [folder + "c/", folder + "e/"]
    assert page.next_marker == ""
    keys: list[str] = []
    marker, pages = "", 0
    while pages == 0 or marker:
        part = bucket.list(folder, marker, limit=2)
        keys += [*(entry.key for entry in part.entries), *part.folders]
        marker, pages = part.next_marker, pages + 1
    assert (pages, len(keys), len(set(keys))) == (3, 5, 5)


def test_a_signed_upload_is_bound_to_its_type(bucket: Bucket, folder: str) -> None:
    headers = {"Content-Type": "audio/mpeg"}
    url = bucket.signed_url(folder + "up.mp3", "PUT", headers=headers)
    refused = requests.put(url, b"song", headers={"Content-Type": "text/html"}, timeout=10)
    assert refused.status_code == 403
    assert requests.put(url, b"song", headers=headers, timeout=10).status_code == 200
    assert bucket.read(folder + "up.mp3", 10) == b"song"
    assert requests.get(url, timeout=10).status_code == 403


def test_a_header_cannot_be_smuggled_in(bucket: Bucket, folder: str) -> None:
    with pytest.raises(BucketRefused):
        bucket.put(folder + "x", b"x", "text/plain\r\nx-cos-acl: public-read")
    with pytest.raises(BucketRefused):
        bucket.open(folder + "x", "bytes=0-1\r\nX-Evil: 1")


def test_wrong_keys_and_missing_buckets_are_told_apart(sandbox: SandboxProcess) -> None:
    right = BucketKeys(secret_id=sandbox.secret_id, secret_key=sandbox.secret_key)
    wrong = BucketKeys(secret_id=sandbox.secret_id, secret_key="wrong-key-wrong-key-wrong-key-12")
    stranger = BucketKeys(secret_id="AKIDnobody", secret_key="x" * 32)
    codes = {}
    for name, keys in (("wrong", wrong), ("stranger", stranger)):
        with pytest.raises(BucketRefused) as caught:
            Bucket(sandbox.bucket, sandbox.region, keys, store_url=sandbox.store).list()
        assert keys.secret_key not in str(caught.value)
        codes[name] = caught.value.code
    assert codes == {"wrong": "SignatureDoesNotMatch", "stranger": "InvalidAccessKeyId"}
    with pytest.raises((BucketMissing, BucketRefused)) as elsewhere:
        Bucket("other-1250000000", sandbox.region, right, store_url=sandbox.store).list()
    assert elsewhere.value.code in ("NoSuchBucket", "AccessDenied")


def test_cors_rules_are_added_in_front_and_the_others_kept(bucket: Bucket) -> None:
    bucket.set_cors("http://portal.example:8000")
    bucket.set_cors("https://portal.example")
    rules = bucket.cors()
    assert rules[0]["AllowedOrigin"] == ["https://portal.example"]
    assert sum(rule["ID"] == "tmp-portal" for rule in rules) == 1


def test_a_good_bucket_passes_every_check_and_keeps_no_probe(bucket: Bucket) -> None:
    bucket.set_cors("https://portal.example")
    checks = check_bucket(bucket, origin="https://portal.example")
    assert [(check.key, check.state) for check in checks] == [
        (key, "ok") for key in ("list", "clock", "put", "get", "region", "delete", "cors", "acl", "multipart")
    ]
    assert bucket.list(".portal-probe/").entries == []


def test_a_failed_check_skips_the_rest(sandbox: SandboxProcess) -> None:
    keys = BucketKeys(secret_id=sandbox.secret_id, secret_key="w" * 32)
    checks = list(check_bucket(Bucket(sandbox.bucket, sandbox.region, keys, store_url=sandbox.store)))
    assert (checks[0].state, checks[0].code) == ("failed", "SignatureDoesNotMatch")
    assert checks[0].detail["http_state"] == 403
    assert {check.state for check in checks[1:]} == {"skipped"}


def test_a_store_that_is_gone_is_unreachable_and_names_no_url(sandbox: SandboxProcess) -> None:
    keys = BucketKeys(secret_id=sandbox.secret_id, secret_key=sandbox.secret_key)
    with pytest.raises(BucketUnreachable) as caught:
        Bucket(sandbox.bucket, sandbox.region, keys, store_url="http://127.0.0.1:1").list()
    assert str(caught.value) == "refused"


def test_a_proxy_in_the_environment_does_not_hide_the_local_store(
    sandbox: SandboxProcess, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    near = bucket_of(sandbox)
    near.put(folder + "near", b"x")
    assert near.read(folder + "near", 10) == b"x"


def _advanced(content: bytes, position: int) -> io.BytesIO:
    stream = io.BytesIO(content)
    stream.seek(position)
    return stream
