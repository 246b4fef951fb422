"""Objects in the store: written, read in parts, described, copied and deleted as COS does it."""

import base64
import hashlib
import http.client
import threading
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlsplit

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, send
from tests.sandbox.conftest import bucket_of

KEYS = ["a", "a//b", "x/./y", "x/../y", "p%2Fq", "p+q r", "é😀/嗯", "?a=b&c#d", "trailing/", "é" * 425]


@pytest.mark.parametrize("key", KEYS)
def test_any_key_comes_back_as_it_was_put(bucket: Bucket, key: str) -> None:
    assert bucket.ask("PUT", key, body=key.encode()).status == 200
    assert bucket.ask("GET", key).body == key.encode()
    listed = bucket.ask("GET", params={"prefix": key, "encoding-type": "url"}).body.decode()
    assert f"<Key>{quote(key, safe='/-_.~')}</Key>" in listed
    assert bucket.ask("DELETE", key).status == 204
    assert bucket.ask("GET", key).code == "NoSuchKey"


def test_an_answer_describes_the_object(bucket: Bucket) -> None:
    put = bucket.ask("PUT", "song", body=b"123456789", headers={"Content-Type": "audio/x"})
    got = bucket.ask("GET", "song")
    md5 = hashlib.md5(b"123456789").hexdigest()
    assert put.headers["etag"] == got.headers["etag"] == f'"{md5}"'
    assert got.headers["content-length"] == "9"
    assert got.headers["content-type"] == "audio/x"
    assert got.headers["accept-ranges"] == "bytes"
    assert got.headers["server"] == "tencent-cos"
    assert {"last-modified", "date", "x-cos-request-id"} <= set(got.headers)


def test_the_checksum_is_the_one_of_cos(bucket: Bucket) -> None:
    put = bucket.ask("PUT", "checked", body=b"123456789")
    expected = str(0x995DC9BBDF1939FA)
    assert put.headers["x-cos-hash-crc64ecma"] == expected
    assert bucket.ask("HEAD", "checked").headers["x-cos-hash-crc64ecma"] == expected


def test_a_head_has_the_headers_and_no_body(bucket: Bucket) -> None:
    bucket.ask("PUT", "head", body=b"abc")
    reply = bucket.ask("HEAD", "head")
    assert (reply.status, reply.headers["content-length"], reply.body) == (200, "3", b"")
    missing = bucket.ask("HEAD", "missing")
    assert (missing.status, missing.body) == (404, b"")


def test_own_headers_come_back(bucket: Bucket) -> None:
    own = {"x-cos-meta-title": "%E5%97%AF", "Cache-Control": "no-store", "Content-Disposition": "inline"}
    bucket.ask("PUT", "meta", body=b"x", headers=own)
    got = bucket.ask("GET", "meta").headers
    assert {name.lower(): got[name.lower()] for name in own} == {name.lower(): own[name] for name in own}


def test_too_many_own_headers_are_refused(bucket: Bucket) -> None:
    reply = bucket.ask("PUT", "meta", body=b"x", headers={"x-cos-meta-a": "x" * 3000})
    assert reply.code == "KeyTooLong"


def test_a_stream_without_a_length_is_stored(bucket: Bucket) -> None:
    def parts() -> Iterator[bytes]:
        yield from (b"a" * 70_000, b"b" * 70_000)

    assert bucket.ask("PUT", "stream", body=parts()).status == 200
    assert bucket.ask("GET", "stream").body == b"a" * 70_000 + b"b" * 70_000


def test_a_put_without_any_length_is_refused(bucket: Bucket) -> None:
    place = urlsplit(bucket.signed_url("PUT", "none"))
    connection = http.client.HTTPConnection(place.netloc, timeout=10)
    connection.putrequest("PUT", f"{place.path}?{place.query}")
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 411
    assert b"MissingContentLength" in answer.read()
    connection.close()


@pytest.mark.parametrize(
    ("asked", "status", "body", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("seconds=1-2", 200, b"0123456789", None),
    ],
)
def test_a_range_gives_its_part(
    bucket: Bucket, asked: str, status: int, body: bytes, content_range: str | None
) -> None:
    bucket.ask("PUT", "digits", body=b"0123456789")
    reply = bucket.ask("GET", "digits", headers={"Range": asked})
    assert (reply.status, reply.body, reply.headers.get("content-range")) == (status, body, content_range)
    assert reply.headers["content-length"] == str(len(body))


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=5-4", "bytes=-0"])
def test_a_range_outside_is_refused(bucket: Bucket, asked: str) -> None:
    bucket.ask("PUT", "digits", body=b"0123456789")
    reply = bucket.ask("GET", "digits", headers={"Range": asked})
    assert (reply.status, reply.code) == (416, "InvalidRange")


def test_conditions_decide_what_is_sent(bucket: Bucket) -> None:
    etag = bucket.ask("PUT", "one", body=b"x").headers["etag"]
    modified = bucket.ask("HEAD", "one").headers["last-modified"]
    old = "Thu, 01 Jan 1970 00:00:00 GMT"
    for headers, status in (
        ({"If-Match": etag}, 200),
        ({"If-Match": '"other"'}, 412),
        ({"If-None-Match": etag}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-Modified-Since": modified}, 304),
        ({"If-Modified-Since": old}, 200),
        ({"If-Modified-Since": "no date"}, 200),
        ({"If-Unmodified-Since": modified}, 200),
        ({"If-Unmodified-Since": old}, 412),
        ({"Range": "bytes=0-0", "If-Range": etag}, 206),
        ({"Range": "bytes=0-0", "If-Range": modified}, 206),
        ({"Range": "bytes=0-0", "If-Range": '"other"'}, 200),
    ):
        assert (headers, bucket.ask("GET", "one", headers=headers).status) == (headers, status)


def test_an_answer_can_be_renamed_but_not_split(bucket: Bucket) -> None:
    bucket.ask("PUT", "one", body=b"x")
    name = 'attachment; filename="a.wav"'
    got = bucket.ask("GET", "one", params={"response-content-disposition": name})
    assert got.headers["content-disposition"] == name
    for params in ({"response-content-type": "a\r\nX-Mine: 1"}, {"response-set-cookie": "a=b"}):
        assert bucket.ask("GET", "one", params=params).code == "InvalidArgument"


def test_a_wrong_content_md5_is_refused_and_nothing_is_stored(bucket: Bucket) -> None:
    right = base64.b64encode(hashlib.md5(b"abc").digest()).decode()
    assert bucket.ask("PUT", "md5", body=b"abc", headers={"Content-MD5": right}).status == 200
    assert bucket.ask("PUT", "md5", body=b"abd", headers={"Content-MD5": right}).code == "BadDigest"
    assert bucket.ask("GET", "md5").body == b"abc"


def test_a_copy_keeps_or_replaces_the_headers(bucket: Bucket) -> None:
    bucket.ask("PUT", "original", body=b"abc", headers={"Content-Type": "audio/x"})
    source = {"x-cos-copy-source": f"{bucket.name}.cos.ap-guangzhou.myqcloud.com/original"}
    reply = bucket.ask("PUT", "kept", headers=source)
    assert b"<CopyObjectResult><ETag>" in reply.body
    more = {"x-cos-metadata-directive": "Replaced", "Content-Type": "text/x"}
    bucket.ask("PUT", "replaced", headers=source | more)
    kept, replaced = (bucket.ask("GET", key) for key in ("kept", "replaced"))
    assert kept.body == replaced.body == b"abc"
    assert (kept.headers["content-type"], replaced.headers["content-type"]) == ("audio/x", "text/x")


def test_a_copy_of_nothing_is_refused(bucket: Bucket) -> None:
    headers = {"x-cos-copy-source": f"{bucket.name}.cos.ap-guangzhou.myqcloud.com/nothing"}
    assert bucket.ask("PUT", "copy", headers=headers).code == "NoSuchKey"


@pytest.mark.parametrize(
    ("key", "code"), [("x" * 851, "KeyTooLong"), ("/rooted", "InvalidArgument"), ("\\x", "InvalidArgument")]
)
def test_a_key_cos_would_not_take_is_refused(bucket: Bucket, key: str, code: str) -> None:
    assert bucket.ask("PUT", key, body=b"x").code == code


def test_a_key_that_is_not_text_is_refused(bucket: Bucket) -> None:
    assert send("GET", bucket.url("x") + "%ff").code == "InvalidURI"


@pytest.mark.parametrize(
    ("method", "key", "params"),
    [
        ("GET", "", {"accelerate": ""}),
        ("PUT", "", {"domaincertificate": ""}),
        ("POST", "", {"inventory": "", "id": "1"}),
        ("GET", "one", {"torrent": ""}),
        ("PUT", "one", {"symlink": ""}),
        ("POST", "one", {"select": "", "select-type": "2"}),
        ("POST", "one", {}),
        ("PATCH", "one", {}),
    ],
)
def test_what_the_sandbox_cannot_do_is_said(
    bucket: Bucket, method: str, key: str, params: dict[str, str]
) -> None:
    reply = bucket.ask(method, key, params=params)
    assert (reply.status, reply.code) == (501, "NotImplemented")


def test_a_bucket_says_where_and_whose_it_is(bucket: Bucket) -> None:
    assert bucket.ask("HEAD").headers["x-cos-bucket-region"] == "ap-guangzhou"
    assert b"<LocationConstraint>ap-guangzhou<" in bucket.ask("GET", params={"location": ""}).body
    assert b"<Permission>FULL_CONTROL<" in bucket.ask("GET", params={"acl": ""}).body
    assert bucket.ask("GET", "missing", params={"acl": ""}).code == "NoSuchKey"


def test_of_many_writers_one_wins_whole(bucket: Bucket) -> None:
    bodies = [bytes([65 + number]) * 50_000 for number in range(8)]
    statuses: list[int] = []

    def write(body: bytes) -> None:
        statuses.append(bucket.ask("PUT", "contested", body=body).status)
        statuses.append(bucket.ask("GET", "contested").status)

    threads = [threading.Thread(target=write, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 16
    assert bucket.ask("GET", "contested").body in bodies


def test_files_survive_a_restart_and_leftovers_do_not(start: Callable[..., Sandbox]) -> None:
    first = start()
    bucket_of(first).ask("PUT", "kept", body=b"abc")
    objects = first.files.folder
    first.stop()
    (objects / "zz").mkdir()
    (objects / "zz" / "leftover").write_bytes(b"x")
    again = bucket_of(start())
    assert again.ask("GET", "kept").body == b"abc"
    assert not (objects / "zz" / "leftover").exists()


def test_nothing_is_written_over_when_that_is_forbidden(bucket: Bucket) -> None:
    bucket.ask("PUT", "first", body=b"abc")
    only_new = {"x-cos-forbid-overwrite": "true"}
    copied = {"x-cos-copy-source": f"{bucket.name}.cos.ap-guangzhou.myqcloud.com/first"}
    assert bucket.ask("PUT", "second", headers=only_new | copied).status == 200
    for body, headers in ((b"abd", only_new), (b"", only_new | copied)):
        refused = bucket.ask("PUT", "second", body=body, headers=headers)
        assert (refused.status, refused.code) == (409, "FileAlreadyExists")
    assert bucket.ask("GET", "second").body == b"abc"


def test_a_copy_may_insist_on_what_it_copies(bucket: Bucket) -> None:
    etag = bucket.ask("PUT", "precise", body=b"abc").headers["etag"]
    source = {"x-cos-copy-source": f"{bucket.name}.cos.ap-guangzhou.myqcloud.com/precise"}
    right, wrong = ({"x-cos-copy-source-if-match": tag} for tag in (etag, '"another"'))
    assert bucket.ask("PUT", "precisely", headers=source | right).status == 200
    assert bucket.ask("PUT", "precisely", headers=source | wrong).code == "PreconditionFailed"
