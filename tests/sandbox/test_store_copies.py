"""Copies, whole or as parts: from every bucket that the key may read, and from no other."""

import hashlib
import os
import re
from dataclasses import replace

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Reply
from tests.sandbox.doors import key_of, knock

MIB = 1 << 20


def source(of: Bucket, key: str, **more: str) -> dict[str, str]:
    return {"x-cos-copy-source": f"{of.name}.cos.ap-guangzhou.myqcloud.com/{key}", **more}


def begin(bucket: Bucket, key: str, **headers: str) -> str:
    body = bucket.ask("POST", key, params={"uploads": ""}, headers=headers).body.decode()
    return re.findall("<UploadId>(.*?)</UploadId>", body)[0]


def put_part(bucket: Bucket, key: str, upload: str, number: int, **more: object) -> Reply:
    return bucket.ask("PUT", key, params={"uploadId": upload, "partNumber": str(number)}, **more)


def complete(bucket: Bucket, key: str, upload: str, etags: list[str]) -> Reply:
    parts = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
        for number, etag in enumerate(etags, start=1)
    )
    body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
    return bucket.ask("POST", key, params={"uploadId": upload}, body=body)


@pytest.fixture
def second(bucket: Bucket) -> Bucket:
    """Another bucket of the same key, which holds `there`."""
    made = replace(bucket, name="copied-from-1250000000")
    made.ask("PUT")
    made.ask("PUT", "there", body=b"0123456789", headers={"Content-Type": "audio/x"})
    return made


def test_a_copy_comes_from_another_bucket_of_the_same_key(bucket: Bucket, second: Bucket) -> None:
    reply = bucket.ask("PUT", "copy", headers=source(second, "there"))
    assert reply.status == 200
    assert f'<ETag>"{hashlib.md5(b"0123456789").hexdigest()}"</ETag>' in reply.body.decode()
    got = bucket.ask("GET", "copy")
    assert (got.body, got.headers["content-type"]) == (b"0123456789", "audio/x")
    assert got.headers["x-cos-hash-crc64ecma"] == second.ask("HEAD", "there").headers["x-cos-hash-crc64ecma"]


def test_no_copy_comes_from_a_bucket_of_somebody_else_unless_it_is_public(
    sandbox: Sandbox, bucket: Bucket, other_bucket: Bucket
) -> None:
    other_bucket.ask("PUT", "theirs", body=b"secret")
    upload = begin(bucket, "part")
    for _ in range(2):
        assert bucket.ask("PUT", "copy2", headers=source(other_bucket, "theirs")).code == "AccessDenied"
        stolen = put_part(bucket, "part", upload, 1, headers=source(other_bucket, "theirs"))
        assert stolen.code == "AccessDenied"
        missing = bucket.ask("PUT", "copy2", headers=source(other_bucket, "nothing"))
        assert missing.code == "AccessDenied"  # not even whether it is there
    assert bucket.ask("GET", "copy2").code == "NoSuchKey"
    knock(sandbox, "buckets", {"bucket": other_bucket.name, "acl": "public-read"})
    assert bucket.ask("PUT", "copy2", headers=source(other_bucket, "theirs")).status == 200
    knock(sandbox, "buckets", {"bucket": other_bucket.name, "acl": "private"})


def test_a_key_that_may_not_read_copies_nothing(sandbox: Sandbox, bucket: Bucket) -> None:
    bucket.ask("PUT", "there", body=b"x")
    resource = f"qcs::cos:ap-guangzhou:uid/1250000000:{bucket.name}/*"
    allow = {"effect": "allow", "action": ["name/cos:PutObject"], "resource": [resource]}
    writer = key_of(sandbox, policy={"version": "2.0", "statement": [allow]})
    assert writer.ask("PUT", "new", body=b"y").status == 200
    assert writer.ask("PUT", "new", headers=source(bucket, "there")).code == "AccessDenied"


@pytest.mark.parametrize(
    ("condition", "value", "status"),
    [
        ("if-match", "{etag}", 200),
        ("if-match", '"other"', 412),
        ("if-none-match", "{etag}", 412),
        ("if-none-match", '"other"', 200),
        ("if-modified-since", "{modified}", 412),
        ("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT", 200),
        ("if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT", 412),
        ("if-unmodified-since", "{modified}", 200),
    ],
)
def test_a_copy_happens_on_conditions(
    bucket: Bucket, second: Bucket, condition: str, value: str, status: int
) -> None:
    head = second.ask("HEAD", "there").headers
    given = value.format(etag=head["etag"], modified=head["last-modified"])
    reply = bucket.ask(
        "PUT", "if", headers=source(second, "there", **{f"x-cos-copy-source-{condition}": given})
    )
    assert (reply.status, reply.code) == (status, "" if status == 200 else "PreconditionFailed")


def test_an_upload_is_put_together_from_parts_of_other_objects(bucket: Bucket, second: Bucket) -> None:
    big = bytes(range(256)) * (3 * MIB // 256)
    second.ask("PUT", "big", body=big)
    upload = begin(bucket, "joined")
    etags = []
    for number, span in enumerate((f"0-{2 * MIB - 1}", f"{MIB}-{2 * MIB - 1}"), start=1):
        ranged = source(second, "big", **{"x-cos-copy-source-range": f"bytes={span}"})
        reply = put_part(bucket, "joined", upload, number, headers=ranged)
        assert b"<CopyPartResult>" in reply.body
        etags += re.findall('<ETag>"(.*?)"</ETag>', reply.body.decode())
    etags.append(
        put_part(bucket, "joined", upload, 3, headers=source(second, "there")).body.decode().split('"')[1]
    )
    assert complete(bucket, "joined", upload, etags).status == 200
    expected = big[: 2 * MIB] + big[MIB : 2 * MIB] + b"0123456789"
    got = bucket.ask("GET", "joined")
    assert got.body == expected
    whole = bucket.ask("PUT", "whole", body=expected).headers
    assert got.headers["x-cos-hash-crc64ecma"] == whole["x-cos-hash-crc64ecma"]


def test_where_the_kernel_moves_no_bytes_they_are_copied(
    bucket: Bucket, second: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> int:
        raise OSError("not on this file system")

    monkeypatch.setattr(os, "copy_file_range", refuse)
    body = bytes(range(256)) * 4096
    upload = begin(bucket, "by-hand")
    etags = [put_part(bucket, "by-hand", upload, n, body=body).headers["etag"] for n in (1, 2)]
    assert complete(bucket, "by-hand", upload, etags).status == 200
    assert bucket.ask("GET", "by-hand").body == body * 2


@pytest.mark.parametrize("span", ["bytes=5-10", "bytes=4-3", "bytes=3-", "bytes=-3", "3-4"])
def test_a_range_that_the_source_has_not_is_refused(bucket: Bucket, second: Bucket, span: str) -> None:
    upload = begin(bucket, "ranged")
    ranged = source(second, "there", **{"x-cos-copy-source-range": span})
    assert put_part(bucket, "ranged", upload, 1, headers=ranged).code == "InvalidRange"


def test_unfinished_uploads_are_listed_in_pages_and_folders(second: Bucket) -> None:
    keys = ["u/a", "u/b/1", "u/b/2", "u/c"]
    uploads = {key: begin(second, key) for key in keys}
    found, marker = [], ""
    while marker is not None:
        params = {"uploads": "", "prefix": "u/", "max-uploads": "2", "key-marker": marker}
        text = second.ask("GET", params=params).body.decode()
        found += re.findall("<Key>(.*?)</Key><UploadId>(.*?)<", text)
        marker = next(iter(re.findall("<NextKeyMarker>(.*?)<", text)), None)
    assert found == list(uploads.items())
    text = second.ask("GET", params={"uploads": "", "prefix": "u/", "delimiter": "/"}).body.decode()
    assert re.findall("<Key>(.*?)<", text) == ["u/a", "u/c"]
    assert re.findall("<CommonPrefixes><Prefix>(.*?)<", text) == ["u/b/"]
    for key, upload in uploads.items():
        second.ask("DELETE", key, params={"uploadId": upload})


def test_every_key_has_one_version(second: Bucket) -> None:
    text = second.ask("GET", params={"versions": "", "prefix": "the"}).body.decode()
    assert re.findall("<Version><Key>(.*?)</Key>", text) == ["there"]
    assert "<VersionId>null</VersionId><IsLatest>true</IsLatest>" in text
    assert second.ask("GET", params={"encoding-type": "xml"}).code == "InvalidArgument"
