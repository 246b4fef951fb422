"""The ground floor against the sandbox: two implementations that share no line must agree."""

from __future__ import annotations

import io
import time
import uuid
import wave
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests

from tencent.bucket import Bucket, check_bucket
from tencent.errors import BucketMissing, BucketRefused, BucketUnreachable, Refused, Unreachable
from tencent.gateway import Gateway
from tencent.keys import BucketKeys, GatewayKeys
from tencent.messages import JobReply, JobRequest, JobState, Registered, RegisterRequest
from tests.sandbox_process import SandboxProcess

CALLER = "100000000001_wire"


@pytest.fixture(scope="module")
def bucket(sandbox: SandboxProcess) -> Bucket:
    keys = BucketKeys(secret_id=sandbox.secret_id, secret_key=sandbox.secret_key)
    return Bucket(sandbox.bucket, sandbox.region, keys, store_url=sandbox.store)


@pytest.fixture
def folder(bucket: Bucket) -> Iterator[str]:
    prefix = f"wire-{uuid.uuid4().hex}/"
    yield prefix
    for entry in bucket.list(prefix, delimiter="").entries:
        bucket.delete(entry.key)


@pytest.fixture(scope="module")
def registered(sandbox: SandboxProcess) -> Registered:
    return Gateway(sandbox.gateway).register(registration(sandbox))


@pytest.fixture(scope="module")
def gateway(sandbox: SandboxProcess, registered: Registered) -> Gateway:
    return Gateway(
        sandbox.gateway, caller=CALLER, gateway_keys=registered.gateway_keys, tmp_keys=registered.tmp_keys
    )


def registration(sandbox: SandboxProcess) -> RegisterRequest:
    return RegisterRequest(
        request_id="wire-1",
        operate_uin="100000000001",
        user_name="wire",
        keys=BucketKeys(secret_id=sandbox.secret_id, secret_key=sandbox.secret_key),
        bucket=sandbox.bucket,
        region=sandbox.region,
    )


def beat_job(registered: Registered, path: str) -> JobRequest:
    return JobRequest(
        source_path=path,
        content_id=registered.content_id,
        destination="/output/wire",
        capability="musicBeat",
        descriptor={"outputType": 3, "drumType": 2, "enlargeLevel": 3},
        custom_id="wire-job",
    )


def clicks(seconds: int = 6, per_second: int = 2) -> bytes:
    """A WAV of short clicks, 120 BPM."""
    rate, stream = 22_050, io.BytesIO()
    gap = rate // per_second
    one = b"".join(
        int(20_000 * (-1) ** (n // 12) * max(0, 1 - n / 900)).to_bytes(2, "little", signed=True)
        for n in range(gap)
    )
    with wave.open(stream, "wb") as song:
        song.setnchannels(1)
        song.setsampwidth(2)
        song.setframerate(rate)
        song.writeframes(one * per_second * seconds)
    return stream.getvalue()


def finished(gateway: Gateway, job_id: str) -> JobReply:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        reply = gateway.get_job(job_id)
        if reply.state >= JobState.COMPLETED:
            return reply
        time.sleep(0.1)
    raise AssertionError("The job never ended.")


# Registration


def test_a_registration_brings_both_key_pairs_and_a_demo(registered: Registered, bucket: Bucket) -> None:
    assert registered.request_id == "wire-1"
    assert registered.demo_path == "100000000001_demo/run_musicBeat.py"
    script = bucket.read(registered.demo_path, 100_000).decode()
    assert registered.content_id in script
    assert registered.gateway_keys.secret_key in script


def test_the_exchange_of_a_registration_holds_no_key(registered: Registered, sandbox: SandboxProcess) -> None:
    kept = str(registered.exchange and registered.exchange.to_json())
    assert "registerInfo" in kept
    secrets = (registered.tmp_keys, registered.gateway_keys)
    for secret in [sandbox.secret_key, *(keys.secret_key for keys in secrets)]:
        assert secret not in kept


def test_a_registration_with_a_wrong_bucket_key_is_refused_in_words(sandbox: SandboxProcess) -> None:
    wrong = replace(registration(sandbox), keys=BucketKeys(secret_id=sandbox.secret_id, secret_key="w" * 32))
    with pytest.raises(Refused) as caught:
        Gateway(sandbox.gateway).register(wrong)
    assert caught.value.words
    assert not caught.value.is_signature


# Jobs


def test_a_job_runs_to_its_end_and_names_its_files(
    gateway: Gateway, registered: Registered, bucket: Bucket
) -> None:
    bucket.put("wire-song.wav", clicks(), "audio/wav")
    created = gateway.create_job(beat_job(registered, "wire-song.wav"))
    assert created.state == JobState.SUBMITTED
    reply = finished(gateway, created.id)
    assert reply.state == JobState.COMPLETED, reply.message
    assert reply.custom_id == "wire-job"
    found = reply.found("musicBeat")
    assert bucket.head(f"{reply.destination.strip('/')}/{found['mergeFileName']}").size > 1000
    assert reply.found("musicTagV2") is None


def test_a_job_over_a_missing_song_ends_in_error_with_words(gateway: Gateway, registered: Registered) -> None:
    try:
        created = gateway.create_job(beat_job(registered, "no/such/song.wav"))
    except Refused as refused:
        assert refused.words
        return
    reply = finished(gateway, created.id)
    assert reply.state == JobState.ERROR
    assert reply.message


def test_an_unknown_job_is_refused_in_words(gateway: Gateway) -> None:
    with pytest.raises(Refused) as caught:
        gateway.get_job(str(uuid.uuid4()))
    assert caught.value.words
    assert caught.value.http_state == 200


def test_a_wrong_gateway_key_is_a_refused_signature(sandbox: SandboxProcess, registered: Registered) -> None:
    forged = GatewayKeys(secret_id=registered.gateway_keys.secret_id, secret_key="not-the-key")
    impostor = Gateway(sandbox.gateway, caller=CALLER, gateway_keys=forged, tmp_keys=registered.tmp_keys)
    with pytest.raises(Refused) as caught:
        impostor.get_job("any")
    assert caught.value.is_signature
    assert caught.value.words == "HMAC signature does not match"


def test_clocks_and_request_ids_are_noted(gateway: Gateway, registered: Registered) -> None:
    with pytest.raises(Refused) as caught:
        gateway.get_job("nothing")
    exchange = caught.value.exchange
    assert exchange is not None
    assert len(exchange.request_id) == 32
    assert exchange.clock_skew_s is not None
    assert abs(exchange.clock_skew_s) < 5


def test_a_stopped_gateway_is_unreachable(tmp_path_factory: pytest.TempPathFactory) -> None:
    with SandboxProcess(tmp_path_factory.mktemp("stopped")) as process:
        gone = process.gateway
        request = registration(process)
    with pytest.raises(Unreachable) as caught:
        Gateway(gone).register(request)
    assert caught.value.cause == "refused"


# The bucket


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
        (key, "ok") for key in ("list", "clock", "put", "get", "delete", "cors")
    ]
    assert bucket.list(".portal-probe/").entries == []


def test_a_failed_check_skips_the_rest(sandbox: SandboxProcess) -> None:
    keys = BucketKeys(secret_id=sandbox.secret_id, secret_key="w" * 32)
    checks = check_bucket(Bucket(sandbox.bucket, sandbox.region, keys, store_url=sandbox.store))
    assert (checks[0].state, checks[0].code) == ("failed", "SignatureDoesNotMatch")
    assert checks[0].detail["http_state"] == 403
    assert {check.state for check in checks[1:]} == {"skipped"}


def test_a_store_that_is_gone_is_unreachable_and_names_no_url(sandbox: SandboxProcess) -> None:
    keys = BucketKeys(secret_id=sandbox.secret_id, secret_key=sandbox.secret_key)
    with pytest.raises(BucketUnreachable) as caught:
        Bucket(sandbox.bucket, sandbox.region, keys, store_url="http://127.0.0.1:1").list()
    assert str(caught.value) == "refused"


def test_a_proxy_in_the_environment_does_not_hide_the_local_store(
    bucket: Bucket, gateway: Gateway, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    bucket.put(folder + "near", b"x")
    with pytest.raises(Refused):
        gateway.get_job("none")


def _advanced(content: bytes, position: int) -> io.BytesIO:
    stream = io.BytesIO(content)
    stream.seek(position)
    return stream
