"""Ordered mishaps of the store: what the caller sees, and what lies in the bucket all the same."""

import http.client
import time
from collections.abc import Iterator

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Reply, send
from tests.sandbox.doors import knock
from tests.sandbox.reading import rows_of

PART = b"x" * (1 << 20)


@pytest.fixture(autouse=True)
def _fresh(sandbox: Sandbox, bucket: Bucket) -> Iterator[None]:
    bucket.ask("DELETE", "kept")
    bucket.ask("PUT", "song", body=b"la la la")
    yield
    knock(sandbox, "clear", {})


def order(sandbox: Sandbox, fault: str, action: str, **more: object) -> None:
    reply = knock(sandbox, "store_faults", {"fault": fault, "action": action, **more})
    assert reply.status == 200, reply


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "AccessDenied"),
        (404, "NoSuchKey"),
        (429, "OrderedError"),
        (500, "InternalError"),
        (503, "SlowDown"),
    ],
)
@pytest.mark.parametrize(("action", "method"), [("GetObject", "GET"), ("PutObject", "PUT")])
def test_any_status_can_be_the_answer(
    sandbox: Sandbox, bucket: Bucket, status: int, code: str, action: str, method: str
) -> None:
    order(sandbox, "http", action, status=status)
    reply = bucket.ask(method, "song", body=b"other" if method == "PUT" else b"")
    assert (reply.status, reply.code) == (status, code)
    assert bucket.ask("GET", "song").body == b"la la la"


def test_a_head_answers_with_the_status_alone(sandbox: Sandbox, bucket: Bucket) -> None:
    order(sandbox, "http", "HeadObject", status=503)
    reply = bucket.ask("HEAD", "song")
    assert (reply.status, reply.body) == (503, b"")
    assert bucket.ask("HEAD", "song").status == 200


def test_an_answer_can_be_slow(sandbox: Sandbox, bucket: Bucket) -> None:
    order(sandbox, "slow", "GetBucket", seconds=0.5)
    started = time.monotonic()
    assert bucket.ask("GET").status == 200
    assert time.monotonic() - started >= 0.5


@pytest.mark.parametrize(
    ("fault", "error"), [("reset", ConnectionResetError), ("close", http.client.RemoteDisconnected)]
)
@pytest.mark.parametrize(("at", "status"), [("before", 404), ("after", 200)])
def test_a_connection_ends_before_or_after_an_upload(
    sandbox: Sandbox, bucket: Bucket, fault: str, error: type[Exception], at: str, status: int
) -> None:
    order(sandbox, fault, "PutObject", key_prefix="kept", at=at)
    with pytest.raises((error, BrokenPipeError)):
        bucket.ask("PUT", "kept", body=PART)
    assert bucket.ask("HEAD", "kept").status == status


@pytest.mark.parametrize("fault", ["reset", "close"])
def test_a_download_can_break_off_at_once(sandbox: Sandbox, bucket: Bucket, fault: str) -> None:
    for at in ("before", "after"):
        order(sandbox, fault, "GetObject", at=at)
        with pytest.raises(ConnectionError):
            bucket.ask("GET", "song")
    assert bucket.ask("GET", "song").body == b"la la la"


def test_half_a_download_promises_the_whole(sandbox: Sandbox, bucket: Bucket) -> None:
    bucket.ask("PUT", "song", body=PART)
    order(sandbox, "half", "GetObject")
    with pytest.raises(http.client.IncompleteRead) as caught:
        bucket.ask("GET", "song")
    assert len(caught.value.partial) == len(PART) // 2
    order(sandbox, "half", "HeadObject")
    assert bucket.ask("HEAD", "song").headers["content-length"] == str(len(PART))


def test_an_etag_can_be_wrong(sandbox: Sandbox, bucket: Bucket) -> None:
    right = bucket.ask("HEAD", "song").headers["etag"]
    for action, method in (("HeadObject", "HEAD"), ("GetObject", "GET"), ("PutObject", "PUT")):
        order(sandbox, "wrong_etag", action)
        wrong = bucket.ask(method, "song", body=b"la la la" if method == "PUT" else b"").headers["etag"]
        assert wrong != right
        assert len(wrong) == len(right)
    assert bucket.ask("HEAD", "song").headers["etag"] == right


def begun(bucket: Bucket) -> str:
    reply = bucket.ask("POST", "kept", params={"uploads": ""})
    return reply.body.decode().partition("<UploadId>")[2].partition("</UploadId>")[0]


def complete(bucket: Bucket, upload: str, etag: str) -> Reply:
    part = f"<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>"
    body = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>".encode()
    return bucket.ask("POST", "kept", params={"uploadId": upload}, body=body)


def test_every_step_of_a_long_upload_can_fail(sandbox: Sandbox, bucket: Bucket) -> None:
    part = {"partNumber": "1", "uploadId": ""}
    order(sandbox, "http", "InitiateMultipartUpload", status=503)
    assert bucket.ask("POST", "kept", params={"uploads": ""}).status == 503
    part["uploadId"] = upload = begun(bucket)
    order(sandbox, "reset", "UploadPart")
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        bucket.ask("PUT", "kept", params=part, body=PART)
    etag = bucket.ask("PUT", "kept", params=part, body=PART).headers["etag"]
    order(sandbox, "http", "CompleteMultipartUpload", status=500)
    assert complete(bucket, upload, etag).status == 500
    assert bucket.ask("HEAD", "kept").status == 404
    order(sandbox, "reset", "CompleteMultipartUpload", at="after")
    with pytest.raises(ConnectionResetError):
        complete(bucket, upload, etag)
    assert bucket.ask("GET", "kept").body == PART
    assert complete(bucket, upload, etag).code == "NoSuchUpload"


def test_the_etag_of_a_completed_upload_can_be_wrong(sandbox: Sandbox, bucket: Bucket) -> None:
    upload = begun(bucket)
    params = {"partNumber": "1", "uploadId": upload}
    etag = bucket.ask("PUT", "kept", params=params, body=PART).headers["etag"]
    order(sandbox, "wrong_etag", "CompleteMultipartUpload")
    told = complete(bucket, upload, etag).body.decode().partition("<ETag>")[2].partition("</ETag>")[0]
    real = bucket.ask("HEAD", "kept").headers["etag"]
    assert told != real
    assert told.endswith('-2"')


def test_a_mishap_meets_its_bucket_and_keys_only(
    sandbox: Sandbox, bucket: Bucket, other_bucket: Bucket
) -> None:
    other_bucket.ask("PUT", "song", body=b"other")
    order(sandbox, "http", "GetObject", status=503, key_prefix="so", bucket=bucket.name, times=2)
    bucket.ask("PUT", "tune", body=b"hm")
    assert bucket.ask("GET", "tune").status == 200
    assert other_bucket.ask("GET", "song").status == 200
    assert [bucket.ask("GET", "song").status for _ in range(3)] == [503, 503, 200]


def test_whoever_may_not_in_uses_up_no_mishap_and_the_page_shows_it(sandbox: Sandbox, bucket: Bucket) -> None:
    order(sandbox, "http", "GetObject", status=503, key_prefix="<b>")
    order(sandbox, "http", "GetObject", status=503)
    assert send("GET", bucket.url("song")).status == 403
    ordered = ["Fault of the store", "http", "GetObject", "", "1 ×, key_prefix <b>, status 503"]
    assert ordered in rows_of(sandbox.gateway.url, "trouble")
    assert bucket.ask("GET", "song").status == 503


@pytest.mark.parametrize(
    "body",
    [
        {"fault": "fire", "action": "GetObject"},
        {"fault": "half", "action": "CreateJob"},
        {"fault": "http", "action": "GetObject"},
        {"fault": "http", "action": "GetObject", "status": 200},
        {"fault": "slow", "action": "GetObject"},
        {"fault": "half", "action": "GetObject", "seconds": 1},
        {"fault": "half", "action": "GetObject", "at": "after"},
        {"fault": "half", "action": "GetObject", "share": 2},
    ],
)
def test_a_wrong_order_is_refused(sandbox: Sandbox, body: dict) -> None:
    reply = knock(sandbox, "store_faults", body)
    assert (reply.status, bool(reply.json["message"])) == (400, True)
