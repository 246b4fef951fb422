"""Multipart uploads: parts arrive in any order, and an object appears only when they are put together."""

import hashlib
import re

import pytest

from tests.sandbox.client import Bucket, Reply

MIB = 1 << 20
PARTS = [b"a" * MIB, b"b" * MIB, b"c" * 10]


def begin(bucket: Bucket, key: str) -> str:
    body = bucket.ask("POST", key, params={"uploads": ""}, headers={"Content-Type": "audio/x"}).body.decode()
    return re.findall("<UploadId>(.*?)</UploadId>", body)[0]


def put(bucket: Bucket, key: str, upload: str, number: object, body: bytes) -> Reply:
    return bucket.ask("PUT", key, params={"uploadId": upload, "partNumber": str(number)}, body=body)


def complete(bucket: Bucket, key: str, upload: str, parts: list[tuple[object, str]]) -> Reply:
    items = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{etag}</ETag></Part>" for n, etag in parts)
    body = f"<CompleteMultipartUpload>{items}</CompleteMultipartUpload>".encode()
    return bucket.ask("POST", key, params={"uploadId": upload}, body=body)


def all_put(bucket: Bucket, key: str, upload: str) -> list[tuple[object, str]]:
    numbered = list(enumerate(PARTS, start=1))
    etags = {
        number: put(bucket, key, upload, number, body).headers["etag"] for number, body in reversed(numbered)
    }
    return [(number, etags[number]) for number, _ in numbered]


def test_parts_become_one_object(bucket: Bucket) -> None:
    upload = begin(bucket, "big")
    parts = all_put(bucket, "big", upload)
    assert bucket.ask("GET", "big").status == 404
    reply = complete(bucket, "big", upload, parts)
    digests = b"".join(hashlib.md5(body).digest() for body in PARTS)
    etag = f'"{hashlib.md5(digests).hexdigest()}-3"'
    assert f"<ETag>{etag}</ETag>" in reply.body.decode()
    got = bucket.ask("GET", "big")
    assert got.body == b"".join(PARTS)
    assert (got.headers["etag"], got.headers["content-type"]) == (etag, "audio/x")
    assert complete(bucket, "big", upload, parts).code == "NoSuchUpload"


def test_a_part_sent_again_replaces_the_first(bucket: Bucket) -> None:
    upload = begin(bucket, "again")
    put(bucket, "again", upload, 1, b"old")
    etag = put(bucket, "again", upload, 1, b"new").headers["etag"]
    complete(bucket, "again", upload, [(1, etag)])
    assert bucket.ask("GET", "again").body == b"new"


def test_parts_are_listed_in_pages(bucket: Bucket) -> None:
    upload = begin(bucket, "listed")
    all_put(bucket, "listed", upload)
    first = bucket.ask("GET", "listed", params={"uploadId": upload, "max-parts": "2"}).body.decode()
    assert re.findall("<PartNumber>(.*?)<", first) == ["1", "2"]
    assert "<NextPartNumberMarker>2<" in first
    rest = {"uploadId": upload, "part-number-marker": "2"}
    assert re.findall("<Size>(.*?)<", bucket.ask("GET", "listed", params=rest).body.decode()) == ["10"]


def test_unfinished_uploads_are_listed_until_they_are_aborted(bucket: Bucket) -> None:
    upload = begin(bucket, "open/one")
    put(bucket, "open/one", upload, 1, b"x")

    def uploads() -> list[str]:
        text = bucket.ask("GET", params={"uploads": "", "prefix": "open/"}).body.decode()
        return re.findall("<UploadId>(.*?)<", text)

    assert uploads() == [upload]
    assert bucket.ask("DELETE", "open/one", params={"uploadId": upload}).status == 204
    assert uploads() == []
    assert put(bucket, "open/one", upload, 2, b"x").code == "NoSuchUpload"


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ([], "InvalidPart"),
        ([(1, "wrong")], "InvalidPart"),
        ([(9, None)], "InvalidPart"),
        ([(2, None), (1, None)], "InvalidPartOrder"),
        ([(1, None), (1, None)], "InvalidPartOrder"),
        ([(3, None), (4, None)], "EntityTooSmall"),
        ([("x", None)], "InvalidArgument"),
    ],
)
def test_parts_that_do_not_fit_are_refused(bucket: Bucket, chosen: list, code: str) -> None:
    upload = begin(bucket, "bad")
    etags = dict(all_put(bucket, "bad", upload))
    etags[4] = put(bucket, "bad", upload, 4, b"d").headers["etag"]
    parts = [(number, etag or etags.get(number, "none")) for number, etag in chosen]
    assert complete(bucket, "bad", upload, parts).code == code
    assert bucket.ask("GET", "bad").status == 404


@pytest.mark.parametrize("number", [0, 10_001, "x", "-1", ""])
def test_a_part_number_is_between_one_and_ten_thousand(bucket: Bucket, number: object) -> None:
    assert put(bucket, "numbered", begin(bucket, "numbered"), number, b"x").code == "InvalidArgument"


def test_an_upload_belongs_to_its_key_and_bucket(bucket: Bucket, other_bucket: Bucket) -> None:
    upload = begin(bucket, "mine")
    assert put(bucket, "yours", upload, 1, b"x").code == "NoSuchUpload"
    assert put(other_bucket, "mine", upload, 1, b"x").code == "NoSuchUpload"
