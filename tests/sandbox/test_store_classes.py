"""Objects that are not read like others: archived, stored with a customer's key, or appended to."""

import base64
import hashlib
from collections.abc import Iterable, Iterator

import pytest

from tests.sandbox.client import Bucket, Reply
from tests.sandbox.test_store_copies import begin, complete, put_part, source

SSE = "x-cos-server-side-encryption-customer-"
COPY_SSE = "x-cos-copy-source-server-side-encryption-customer-"


def key(text: bytes, prefix: str = SSE) -> dict[str, str]:
    """The three headers that carry a customer's key."""
    digest = base64.b64encode(hashlib.md5(text).digest()).decode()
    values = {"algorithm": "AES256", "key": base64.b64encode(text).decode(), "key-MD5": digest}
    return {prefix + name: value for name, value in values.items()}


MINE, OTHER = b"m" * 32, b"o" * 32


def test_an_object_with_a_customer_s_key_is_closed_to_who_lacks_it(bucket: Bucket) -> None:
    put = bucket.ask("PUT", "sealed", body=b"abc", headers=key(MINE))
    assert put.headers[SSE + "algorithm"] == "AES256"
    got = bucket.ask("GET", "sealed", headers=key(MINE))
    assert (got.status, got.body) == (200, b"abc")
    assert SSE + "key" not in got.headers
    for headers, status, code in (({}, 400, "InvalidRequest"), (key(OTHER), 403, "AccessDenied")):
        refused = bucket.ask("GET", "sealed", headers=headers)
        assert (refused.status, refused.code) == (status, code)
        assert bucket.ask("HEAD", "sealed", headers=headers).status == status
        assert (
            bucket.ask("PUT", "copy", headers=source(bucket, "sealed") | key(OTHER, COPY_SSE)).status == 403
        )
    assert bucket.ask("PUT", "copy", headers=source(bucket, "sealed")).code == "InvalidRequest"


def test_a_copy_has_the_key_that_it_is_given(bucket: Bucket) -> None:
    bucket.ask("PUT", "sealed", body=b"abc", headers=key(MINE))
    headers = source(bucket, "sealed") | key(MINE, COPY_SSE) | key(OTHER)
    assert bucket.ask("PUT", "resealed", headers=headers).headers[SSE + "algorithm"] == "AES256"
    assert bucket.ask("GET", "resealed", headers=key(MINE)).code == "AccessDenied"
    assert bucket.ask("GET", "resealed", headers=key(OTHER)).body == b"abc"
    assert bucket.ask("PUT", "plain", headers=source(bucket, "sealed") | key(MINE, COPY_SSE)).status == 200
    assert bucket.ask("GET", "plain").body == b"abc"


def test_every_part_needs_the_key_of_its_upload(bucket: Bucket) -> None:
    upload = begin(bucket, "big", **key(MINE))
    assert put_part(bucket, "big", upload, 1, body=b"x").code == "InvalidRequest"
    assert put_part(bucket, "big", upload, 1, body=b"x", headers=key(OTHER)).code == "AccessDenied"
    etag = put_part(bucket, "big", upload, 1, body=b"x", headers=key(MINE)).headers["etag"]
    assert complete(bucket, "big", upload, [etag]).headers[SSE + "algorithm"] == "AES256"
    assert bucket.ask("GET", "big").code == "InvalidRequest"
    assert bucket.ask("GET", "big", headers=key(MINE)).body == b"x"


@pytest.mark.parametrize(
    "change",
    [
        {SSE + "algorithm": "DES"},
        {SSE + "key": "short"},
        {SSE + "key": base64.b64encode(OTHER).decode()},
        {SSE + "key-MD5": "eA=="},
    ],
)
def test_a_customer_s_key_that_is_none_is_refused(bucket: Bucket, change: dict[str, str]) -> None:
    assert bucket.ask("PUT", "odd", body=b"x", headers=key(MINE) | change).code == "InvalidArgument"


def test_an_archived_object_is_read_once_it_was_restored(bucket: Bucket) -> None:
    bucket.ask("PUT", "cold", body=b"abc", headers={"x-cos-storage-class": "ARCHIVE"})
    assert bucket.ask("HEAD", "cold").headers["x-cos-storage-class"] == "ARCHIVE"
    refused = bucket.ask("GET", "cold")
    assert (refused.status, refused.code) == (403, "InvalidObjectState")
    assert bucket.ask("PUT", "warm", headers=source(bucket, "cold")).code == "InvalidObjectState"
    assert b"<StorageClass>ARCHIVE<" in bucket.ask("GET", params={"prefix": "cold"}).body

    def restore(days: str) -> Reply:
        body = f"<RestoreRequest><Days>{days}</Days></RestoreRequest>".encode()
        return bucket.ask("POST", "cold", params={"restore": ""}, body=body)

    for days in ("0", "x", "", "1000"):
        assert restore(days).code == "InvalidArgument"
    assert (restore("2").status, restore("1").status) == (202, 200)
    assert bucket.ask("GET", "cold").body == b"abc"
    assert 'ongoing-request="false"' in bucket.ask("HEAD", "cold").headers["x-cos-restore"]
    assert bucket.ask("PUT", "warm", headers=source(bucket, "cold")).status == 200
    warm = bucket.ask("GET", "warm")
    assert (warm.body, "x-cos-storage-class" in warm.headers, "x-cos-restore" in warm.headers) == (
        b"abc",
        False,
        False,
    )


def test_only_what_is_archived_is_restored_and_classes_exist(bucket: Bucket) -> None:
    bucket.ask("PUT", "usual", body=b"x", headers={"x-cos-storage-class": "STANDARD"})
    assert "x-cos-storage-class" not in bucket.ask("HEAD", "usual").headers
    body = b"<RestoreRequest><Days>1</Days></RestoreRequest>"
    assert bucket.ask("POST", "usual", params={"restore": ""}, body=body).code == "InvalidObjectState"
    assert bucket.ask("POST", "missing", params={"restore": ""}, body=body).code == "NoSuchKey"
    odd = bucket.ask("PUT", "odd", body=b"x", headers={"x-cos-storage-class": "FROZEN"})
    assert odd.code == "InvalidArgument"


def append(bucket: Bucket, name: str, position: object, body: bytes | Iterable[bytes]) -> Reply:
    return bucket.ask("POST", name, params={"append": "", "position": str(position)}, body=body)


def test_an_object_grows_where_it_ends_and_nowhere_else(bucket: Bucket) -> None:
    bucket.ask("DELETE", "log")
    first = append(bucket, "log", 0, b"abc")
    assert (first.status, first.headers["x-cos-next-append-position"]) == (200, "3")
    assert append(bucket, "log", 3, b"defg").headers["x-cos-next-append-position"] == "7"
    for position in (0, 3, 8):
        refused = append(bucket, "log", position, b"x")
        assert (refused.status, refused.code) == (409, "PositionNotEqualToLength")
    assert append(bucket, "log", "x", b"x").code == "InvalidArgument"
    got = bucket.ask("GET", "log")
    assert got.body == b"abcdefg"
    assert got.headers["x-cos-object-type"] == "appendable"
    assert (
        got.headers["x-cos-hash-crc64ecma"]
        == bucket.ask("PUT", "whole", body=b"abcdefg").headers["x-cos-hash-crc64ecma"]
    )
    assert append(bucket, "whole", 7, b"x").code == "ObjectNotAppendable"
    bucket.ask("PUT", "copy", headers=source(bucket, "log"))
    assert append(bucket, "copy", 7, b"x").code == "ObjectNotAppendable"


def test_who_appends_while_another_does_is_told_so(bucket: Bucket) -> None:
    bucket.ask("DELETE", "race")

    def overtaken() -> Iterator[bytes]:
        yield b"a" * 300_000
        assert append(bucket, "race", 0, b"first").status == 200
        yield b"a"

    refused = append(bucket, "race", 0, overtaken())
    assert (refused.status, refused.code) == (409, "PositionNotEqualToLength")
    assert bucket.ask("GET", "race").body == b"first"


def test_what_must_be_new_is_refused_when_another_was_faster(bucket: Bucket) -> None:
    only_new = {"x-cos-forbid-overwrite": "true"}

    def overtaken() -> Iterator[bytes]:
        yield b"a" * 300_000
        assert bucket.ask("PUT", "only-one", body=b"first", headers=only_new).status == 200
        yield b"a"

    refused = bucket.ask("PUT", "only-one", body=overtaken(), headers=only_new)
    assert (refused.status, refused.code) == (409, "FileAlreadyExists")
    assert bucket.ask("GET", "only-one").body == b"first"
