"""The ground floor against the sandbox: two implementations that share no line must agree."""

from __future__ import annotations

import io
import time
import uuid
import wave
from dataclasses import replace

import pytest

from tencent.bucket import Bucket
from tencent.errors import Refused, Unreachable
from tencent.gateway import Gateway
from tencent.keys import BucketKeys, GatewayKeys
from tencent.messages import JobReply, JobRequest, JobState, Registered, RegisterRequest
from tests.sandbox_process import SandboxProcess

CALLER = "100000000001_wire"


@pytest.fixture(scope="module")
def bucket(sandbox: SandboxProcess) -> Bucket:
    keys = BucketKeys(secret_id=sandbox.secret_id, secret_key=sandbox.secret_key)
    return Bucket(sandbox.bucket, sandbox.region, keys, store_url=sandbox.store)


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


def test_a_proxy_in_the_environment_does_not_hide_a_gateway_on_this_machine(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with pytest.raises(Refused):
        gateway.get_job("none")
