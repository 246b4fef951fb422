"""Uploads by a form with a signed policy: exactly what the policy allows gets in, whatever its size."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Reply, send
from tests.sandbox.doors import key_of, knock

LIMIT = 1000
BOUNDARY = "xXxBOUNDARYxXx"


def policy(
    bucket: Bucket, *, seconds: float = 600, conditions: list[object] | None = None
) -> dict[str, object]:
    usual: list[object] = [
        {"bucket": bucket.name},
        ["starts-with", "$key", "up/"],
        ["starts-with", "$Content-Type", "audio/"],
        ["content-length-range", 2, LIMIT],
    ]
    expires = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + seconds))
    return {"expiration": expires, "conditions": usual if conditions is None else conditions}


def signed(bucket: Bucket, document: object, *, start: float = -60) -> dict[str, str]:
    """The fields that a page gets from whoever has the key."""
    text = json.dumps(document).encode()
    begin = int(time.time() + start)
    span = f"{begin};{begin + 3600}"
    sign_key = hmac.new(bucket.secret_key.encode(), span.encode(), hashlib.sha1).hexdigest()
    digest = hashlib.sha1(text).hexdigest()
    return {
        "policy": base64.b64encode(text).decode(),
        "q-sign-algorithm": "sha1",
        "q-ak": bucket.secret_id,
        "q-key-time": span,
        "q-signature": hmac.new(sign_key.encode(), digest.encode(), hashlib.sha1).hexdigest(),
    }


def form(fields: Mapping[str, str], content: bytes, *, name: str = "song.wav") -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: audio/wav\r\n\r\n"
    )
    return b"".join(parts) + head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def post(bucket: Bucket, body: bytes | Iterator[bytes], **headers: str) -> Reply:
    given = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", **headers}
    return send("POST", bucket.url(""), body, given)


def posted(own: Bucket, key: str = "up/song.wav", content: bytes = b"la la", /, **fields: str) -> Reply:
    given = {"key": key, "Content-Type": "audio/wav", **signed(own, policy(own)), **fields}
    return post(own, form(given, content))


def test_a_form_brings_a_file_with_its_headers(bucket: Bucket) -> None:
    reply = posted(bucket, **{"x-cos-meta-a": "b", "Cache-Control": "no-store"})
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["etag"] == f'"{hashlib.md5(b"la la").hexdigest()}"'
    got = bucket.ask("GET", "up/song.wav")
    assert got.body == b"la la"
    headers = [got.headers[name] for name in ("content-type", "x-cos-meta-a", "cache-control")]
    assert headers == ["audio/wav", "b", "no-store"]


def test_a_form_says_how_it_wants_to_be_answered(bucket: Bucket) -> None:
    created = posted(bucket, success_action_status="201")
    assert created.status == 201
    for part in (f"<Bucket>{bucket.name}<", "<Key>up/song.wav<", f"<Location>{bucket.url('up/song.wav')}<"):
        assert part in created.body.decode()
    assert posted(bucket, success_action_status="200").status == 200
    moved = posted(bucket, success_action_redirect="http://portal.test/done?a=b")
    assert moved.status == 303
    assert moved.headers["location"].startswith(
        f"http://portal.test/done?a=b&bucket={bucket.name}&key=up%2Fsong.wav"
    )
    assert posted(bucket, success_action_redirect="javascript:alert(1)").status == 204


def test_the_file_s_own_name_may_make_the_key(bucket: Bucket) -> None:
    for name in ("歌.wav", "C:\\fakepath\\歌.wav", "../../歌.wav"):
        fields = {"key": "up/${filename}", "Content-Type": "audio/wav", **signed(bucket, policy(bucket))}
        assert post(bucket, form(fields, b"abc", name=name)).status == 204
        assert bucket.ask("GET", "up/歌.wav").body == b"abc"
        bucket.ask("DELETE", "up/歌.wav")


def test_what_the_policy_forbids_is_refused_and_leaves_nothing(bucket: Bucket) -> None:
    for key, content, fields, code in (
        ("other/song.wav", b"la la", {}, "AccessDenied"),
        ("up/no", b"la la", {"Content-Type": "text/html"}, "AccessDenied"),
        ("up/no", b"x" * (LIMIT + 1), {}, "EntityTooLarge"),
        ("up/no", b"x", {}, "EntityTooSmall"),
        ("up/no", b"la la", {"bucket": "another-1250000000"}, "AccessDenied"),
    ):
        reply = posted(bucket, key, content, **fields)
        assert (key, reply.status, reply.code) == (key, 403 if code == "AccessDenied" else 400, code)
        assert bucket.ask("GET", key).code == "NoSuchKey"
    assert posted(bucket, "up/most", b"x" * LIMIT).status == 204


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"q-signature": "0" * 40}, "SignatureDoesNotMatch"),
        ({"q-signature": "ü"}, "SignatureDoesNotMatch"),
        ({"q-ak": "AKIDnobody"}, "InvalidAccessKeyId"),
        ({"q-sign-algorithm": "md5"}, "AccessDenied"),
        ({"q-key-time": "1;2"}, "AccessDenied"),
        ({"q-key-time": "now"}, "AccessDenied"),
        ({"policy": base64.b64encode(b'{"expiration": "2099-01-01T00:00:00Z", "conditions": []}').decode()},
         "SignatureDoesNotMatch"),
        ({"policy": "%%%"}, "InvalidPolicyDocument"),
        ({"policy": ""}, "AccessDenied"),
    ],
)  # fmt: skip
def test_a_policy_that_was_tampered_with_is_refused(
    bucket: Bucket, change: dict[str, str], code: str
) -> None:
    assert posted(bucket, "up/no", **change).code == code
    assert bucket.ask("GET", "up/no").code == "NoSuchKey"


def test_a_policy_ends_by_itself_and_with_its_key_time(bucket: Bucket) -> None:
    fields = {"key": "up/late", "Content-Type": "audio/wav"}
    ended = post(bucket, form(fields | signed(bucket, policy(bucket, seconds=-5)), b"abc"))
    assert (ended.status, ended.code) == (403, "AccessDenied")
    assert b"expired" in ended.body
    early = post(bucket, form(fields | signed(bucket, policy(bucket), start=2400), b"abc"))
    assert early.code == "RequestTimeTooSkewed"


@pytest.mark.parametrize(
    "document",
    [
        {"expiration": "soon", "conditions": []},
        {"conditions": []},
        {"expiration": "2099-01-01T00:00:00Z"},
        {"expiration": "2099-01-01T00:00:00Z", "conditions": [["matches", "$key", "x"]]},
        {"expiration": "2099-01-01T00:00:00Z", "conditions": ["key"]},
        {"expiration": "2099-01-01T00:00:00Z", "conditions": [["content-length-range", "a", "b"]]},
        [],
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(bucket: Bucket, document: object) -> None:
    fields = {"key": "up/no", **signed(bucket, document)}
    assert post(bucket, form(fields, b"abc")).code == "InvalidPolicyDocument"


def test_a_policy_opens_no_other_bucket(bucket: Bucket, other_bucket: Bucket) -> None:
    fields = {"key": "up/x", **signed(bucket, policy(bucket, conditions=[]))}
    assert post(bucket, form(fields, b"abc")).status == 204
    assert post(other_bucket, form(fields, b"abc")).code == "AccessDenied"
    assert other_bucket.ask("GET", "up/x").code == "NoSuchKey"


def test_a_form_without_a_policy_gets_into_a_public_bucket_only(sandbox: Sandbox, bucket: Bucket) -> None:
    assert post(bucket, form({"key": "up/anon"}, b"abc")).code == "AccessDenied"
    own = key_of(sandbox, rights="full", bucket="forms-1250000000")
    knock(sandbox, "buckets", {"bucket": own.name, "acl": "public-read-write"})
    assert post(own, form({"key": "anon"}, b"abc")).status == 204
    reader = key_of(sandbox, rights="read")
    fields = {"key": "up/read", "Content-Type": "audio/wav", **signed(reader, policy(reader))}
    assert post(reader, form(fields, b"abc")).code == "AccessDenied"


def test_a_body_that_is_no_form_is_refused(bucket: Bucket) -> None:
    usual = {"key": "up/no", "Content-Type": "audio/wav", **signed(bucket, policy(bucket))}
    whole = form(usual, b"abc")
    for body in (
        b"",
        whole[:200],
        whole[: whole.index(b"abc") + 2],
        whole.replace(b'name="file"', b'title="x"'),
    ):
        assert post(bucket, body).code == "MalformedPOSTRequest"
    assert post(bucket, whole, **{"Content-Type": "multipart/form-data"}).code == "MalformedPOSTRequest"
    late = form({"a": "x" * 70_000}, b"abc")
    assert post(bucket, late).code == "MalformedPOSTRequest"
    nameless = form(signed(bucket, policy(bucket)), b"abc")
    assert post(bucket, nameless).code == "InvalidArgument"
    assert bucket.ask("GET", "up/no").code == "NoSuchKey"


def test_a_file_that_looks_like_its_boundary_and_comes_in_pieces_stays_whole(bucket: Bucket) -> None:
    content = (f"\r\n--{BOUNDARY[:-1]}".encode() + b"\r\n--" + bytes(range(256))) * 2000
    wide = policy(bucket, conditions=[["starts-with", "$key", "up/"]])
    body = form({"key": "up/tricky", **signed(bucket, wide)}, content)

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 997):
            yield body[start : start + 997]

    assert post(bucket, pieces()).status == 204
    assert bucket.ask("GET", "up/tricky").body == content
