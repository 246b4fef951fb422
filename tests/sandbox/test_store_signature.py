"""COS signatures at the store: every way to bend one is refused as COS refuses it (cos.md section 3)."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Reply, send

KEY = "songs/a b+ü😀.wav"


@pytest.fixture(autouse=True)
def _song(bucket: Bucket, other_bucket: Bucket) -> None:
    bucket.ask("PUT", KEY, body=b"mine")
    other_bucket.ask("PUT", KEY, body=b"theirs")


def refused(reply: Reply, code: str) -> str:
    """The XML of a 403 with this code."""
    assert (reply.status, reply.code) == (403, code)
    text = reply.body.decode()
    for name in ("Message", "Resource", "RequestId", "TraceId"):
        assert re.search(f"<{name}>.+</{name}>", text)
    return text


def test_a_signed_url_opens_the_object(bucket: Bucket) -> None:
    reply = send("GET", bucket.signed_url("GET", KEY, {"response-content-type": "audio/x-test"}))
    assert (reply.status, reply.body) == (200, b"mine")
    assert reply.headers["content-type"] == "audio/x-test"


def test_a_signed_header_opens_the_object(bucket: Bucket) -> None:
    assert bucket.ask("GET", KEY).body == b"mine"


def test_a_host_may_be_signed_with_and_without_its_port(bucket: Bucket) -> None:
    place = urlsplit(bucket.store)
    for host in (place.netloc, place.hostname or ""):
        assert send("GET", bucket.signed_url("GET", KEY, headers={"host": host})).status == 200
    refused(
        send("GET", bucket.signed_url("GET", KEY, headers={"host": "example.com"})), "SignatureDoesNotMatch"
    )


def test_the_bucket_may_be_named_by_the_host(bucket: Bucket) -> None:
    host = f"{bucket.name}.cos.ap-guangzhou.myqcloud.com"
    query = urlsplit(bucket.signed_url("GET", KEY, headers={"host": host})).query
    path = urlsplit(bucket.url(KEY)).path.removeprefix(f"/{bucket.name}")
    assert send("GET", f"{bucket.store}{path}?{query}", headers={"Host": host}).body == b"mine"


def test_another_method_is_refused(bucket: Bucket) -> None:
    text = refused(send("DELETE", bucket.signed_url("GET", KEY)), "SignatureDoesNotMatch")
    assert "<StringToSign>sha1\n" in text
    assert "<FormatString>delete\n" in text
    assert bucket.ask("GET", KEY).status == 200


def test_another_key_is_refused(bucket: Bucket) -> None:
    bucket.ask("PUT", "other", body=b"x")
    query = urlsplit(bucket.signed_url("GET", KEY)).query
    refused(send("GET", f"{bucket.url('other')}?{query}"), "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("audio%2Fmpeg", "text%2Fhtml"),
        ("response-content-type=audio%2Fmpeg&", ""),
        ("q-signature=", "q-signature=0"),
        ("q-url-param-list=response-content-type", "q-url-param-list="),
        ("q-signature=", "q-signature=%C3%BC"),
    ],
)
def test_a_signed_part_cannot_be_changed_or_dropped(bucket: Bucket, old: str, new: str) -> None:
    url = bucket.signed_url("GET", KEY, {"response-content-type": "audio/mpeg"})
    assert old in url
    refused(send("GET", url.replace(old, new)), "SignatureDoesNotMatch")


def test_the_end_cannot_be_put_off(bucket: Bucket) -> None:
    url = bucket.signed_url("GET", KEY)
    longer = re.sub(r"(time=\d+%3B)(\d+)", lambda found: found[1] + str(int(found[2]) + 999), url)
    refused(send("GET", longer), "SignatureDoesNotMatch")


def test_a_signed_header_must_be_sent_as_it_was_signed(bucket: Bucket) -> None:
    url = bucket.signed_url("PUT", "new", headers={"content-type": "audio/mpeg", "content-length": "3"})
    sent = {"Content-Type": "audio/mpeg"}
    refused(send("PUT", url, b"abc", {"Content-Type": "text/html"}), "SignatureDoesNotMatch")
    refused(send("PUT", url, b"abcd", sent), "SignatureDoesNotMatch")
    refused(send("PUT", url, b"abc"), "SignatureDoesNotMatch")
    assert send("PUT", url, b"abc", sent).status == 200


def test_a_stranger_is_refused(bucket: Bucket) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert send(method, bucket.url(KEY), b"").status == 403
    refused(send("GET", bucket.url(KEY)), "AccessDenied")
    refused(send("GET", bucket.store + "/"), "AccessDenied")


def test_an_unknown_id_is_refused(bucket: Bucket) -> None:
    refused(replace(bucket, secret_id="AKIDnobody").ask("GET", KEY), "InvalidAccessKeyId")


@pytest.mark.parametrize("end", ["x", "\n"])
def test_a_wrong_key_is_refused(bucket: Bucket, end: str) -> None:
    wrong = replace(bucket, secret_key=bucket.secret_key + end)
    refused(wrong.ask("GET", KEY), "SignatureDoesNotMatch")


def test_a_url_is_refused_after_its_end(bucket: Bucket) -> None:
    url = bucket.signed_url("GET", KEY, start=time.time() - 4 * 3600)
    assert "Request has expired" in refused(send("GET", url), "AccessDenied")


def test_a_clock_that_is_far_ahead_is_refused(bucket: Bucket) -> None:
    url = bucket.signed_url("GET", KEY, start=time.time() + 40 * 60)
    assert "<ServerTime>" in refused(send("GET", url), "RequestTimeTooSkewed")


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_ten_minutes_off_is_fine(bucket: Bucket, minutes: int) -> None:
    url = bucket.signed_url("GET", KEY, start=time.time() + minutes * 60, seconds=10_000)
    assert send("GET", url).status == 200


def test_a_signature_does_not_open_the_same_key_of_another_bucket(
    bucket: Bucket, other_bucket: Bucket
) -> None:
    url = bucket.signed_url("GET", KEY)
    assert send("GET", url).body == b"mine"
    refused(send("GET", url.replace(bucket.name, other_bucket.name)), "AccessDenied")
    refused(replace(bucket, name=other_bucket.name).ask("GET", KEY), "AccessDenied")


def test_a_copy_from_another_bucket_is_refused(bucket: Bucket, other_bucket: Bucket) -> None:
    source = f"{other_bucket.name}.cos.ap-guangzhou.myqcloud.com/{quote(KEY)}"
    refused(bucket.ask("PUT", "stolen", headers={"x-cos-copy-source": source}), "AccessDenied")
    own = source.replace(other_bucket.name, bucket.name)
    assert bucket.ask("PUT", "copy", headers={"x-cos-copy-source": own}).status == 200


def test_a_bucket_that_does_not_exist_is_named_as_missing(bucket: Bucket) -> None:
    reply = replace(bucket, name="nothere-1250000000").ask("GET", KEY)
    assert (reply.status, reply.code) == (404, "NoSuchBucket")


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("sha1", "md5"),
        lambda url: re.sub(r"q-key-time=[^&]*&", "", url),
        lambda url: re.sub(r"q-sign-time=[^&]*", "q-sign-time=now", url),
        lambda url: re.sub(r"q-key-time=[^&]*", "q-key-time=1%3B" + "9" * 4400, url),
    ],
)
def test_a_malformed_signature_is_refused(bucket: Bucket, change: Callable[[str], str]) -> None:
    text = refused(send("GET", change(bucket.signed_url("GET", KEY))), "AccessDenied")
    assert "malformed" in text


def test_a_read_only_key_reads_only(sandbox: Sandbox, bucket: Bucket) -> None:
    reader = sandbox.files.keys.make(bucket.name, rights="read")
    own = replace(bucket, secret_id=reader.secret_id, secret_key=reader.secret_key)
    assert own.ask("GET", KEY).status == 200
    for method in ("PUT", "DELETE"):
        refused(own.ask(method, KEY), "AccessDenied")
