"""The bucket before answers the sandbox never gives; agreement with it is proven in tests/contract."""

from __future__ import annotations

import logging

import pytest

from tencent.bucket import Bucket
from tencent.errors import BucketError, BucketMissing, BucketRefused, BucketUnreachable
from tests.tencent.stores import KEYS, bucket_at, xml_error
from tests.tencent.wire_server import Script, WireServer, answer, bytes_then_close, reset


def error_of(script: Script) -> BucketError:
    with WireServer(script) as server, pytest.raises(BucketError) as caught:
        bucket_at(server.url).list()
    assert KEYS.secret_key not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)
    assert len(server.requests) == 1, "nothing is retried"
    return caught.value


@pytest.mark.parametrize(
    ("state", "code", "message", "kind", "told"),
    [
        (403, "AccessDenied", "Access Denied.", BucketRefused, "AccessDenied"),
        (403, "AccessDenied", "Request has expired", BucketRefused, "RequestExpired"),
        (403, "AccessDenied", "SignatureDoesNotMatch", BucketRefused, "SignatureDoesNotMatch"),
        (403, "InvalidAccessKeyId", "unknown", BucketRefused, "InvalidAccessKeyId"),
        (403, "RequestTimeTooSkewed", "clock", BucketRefused, "RequestTimeTooSkewed"),
        (404, "NoSuchBucket", "gone", BucketMissing, "NoSuchBucket"),
        (404, "NoSuchKey", "gone", BucketMissing, "NoSuchKey"),
        (503, "SlowDown", "slow", BucketUnreachable, "SlowDown"),
    ],
)
def test_the_stores_reason_is_found_in_code_or_message(
    state: int, code: str, message: str, kind: type[BucketError], told: str
) -> None:
    error = error_of(xml_error(state, code, message))
    assert type(error) is kind
    assert (error.code, error.http_state, error.words) == (told, state, message)


@pytest.mark.parametrize(
    ("script", "kind", "code"),
    [
        (answer(403, b""), BucketRefused, "Http403"),
        (answer(404, "<html>no</html>"), BucketMissing, "Http404"),
        (answer(500, b""), BucketUnreachable, "Http500"),
        (answer(200, "<html>welcome"), BucketRefused, "garbled"),
        (
            answer(200, "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>"),
            BucketRefused,
            "garbled",
        ),
        (answer(307, b"", {"Location": "http://127.0.0.1:1/"}), BucketRefused, "redirect"),
        (reset, BucketUnreachable, "reset"),
        (bytes_then_close(b""), BucketUnreachable, "reset"),
        (bytes_then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<a"), BucketUnreachable, "cut"),
    ],
)
def test_an_answer_that_is_none_becomes_an_error_of_ours(
    script: Script, kind: type[BucketError], code: str
) -> None:
    error = error_of(script)
    assert type(error) is kind
    assert error.code == code


def test_the_stores_words_lose_urls_and_secrets() -> None:
    words = f"see http://h.example/{KEYS.secret_key} and {KEYS.secret_key} of {KEYS.secret_id}"
    assert error_of(xml_error(403, "AccessDenied", words)).words == "see  and *** of ***"


def test_a_download_that_breaks_off_is_told() -> None:
    script = bytes_then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    with WireServer(script) as server, pytest.raises(BucketUnreachable) as caught:
        bucket_at(server.url).read("song", 1000)
    assert caught.value.code == "cut"


def test_a_missing_object_is_missing_to_head_too() -> None:
    with WireServer(answer(404)) as server, pytest.raises(BucketMissing):
        bucket_at(server.url).head("song")


def test_an_upload_without_etag_is_not_believed() -> None:
    with WireServer(answer(200)) as server, pytest.raises(BucketRefused) as caught:
        bucket_at(server.url).put("song", b"x")
    assert caught.value.code == "garbled"


def test_failures_leave_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        error_of(xml_error(403, "SignatureDoesNotMatch", "no"))
        error_of(reset)
    assert caplog.records == []


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"name": "songs/../../x-1"}, "looks_like_url"),
        ({"region": "gz"}, "bad_region"),
        ({"domain": "127.0.0.1:6379"}, "bad_domain"),
        ({"store_url": "http://127.0.0.1:9/evil/"}, "bad_url"),
        ({"store_url": "ftp://127.0.0.1"}, "bad_url"),
    ],
)
def test_a_bucket_is_made_only_of_values_fit_to_be_sent(place: dict[str, str], code: str) -> None:
    values = {"name": "songs-1250000000", "region": "ap-guangzhou", **place}
    with pytest.raises(BucketRefused) as caught:
        Bucket(values.pop("name"), values.pop("region"), KEYS, **values)
    assert caught.value.code == code


def test_the_origin_is_what_a_page_may_load_from() -> None:
    def origin(**place: str) -> str:
        return Bucket("songs-1250000000", "ap-guangzhou", KEYS, **place).origin

    assert origin() == "https://songs-1250000000.cos.ap-guangzhou.myqcloud.com"
    assert origin(domain="songs.example.com") == "https://songs.example.com"
    assert origin(store_url="http://127.0.0.1:9001/") == "http://127.0.0.1:9001"


@pytest.mark.parametrize("domain", ["", "songs.example.com"])
def test_signed_urls_of_the_real_store_point_at_its_origin(domain: str) -> None:
    bucket = Bucket("songs-1250000000", "ap-guangzhou", KEYS, domain=domain)
    url = bucket.signed_url("a b.mp3", params={"response-content-disposition": "attachment"})
    assert url.startswith(f"{bucket.origin}/a%20b.mp3?q-sign-algorithm=sha1&")
    assert url.endswith("&response-content-disposition=attachment")
    assert KEYS.secret_key not in url + repr(bucket)
