"""Rows for the tests of jobs: a person, an account at some gateway, a job."""

from __future__ import annotations

import io
import math
import struct
import uuid
import wave
from typing import Any

from django.contrib.auth import get_user_model

from accounts.clients import bucket_for
from accounts.models import Account, Membership
from jobs import services
from jobs.models import Job
from tencent.gateway import Gateway
from tencent.keys import BucketKeys
from tencent.messages import RegisterRequest
from tests.sandbox_process import SandboxProcess

SONG_PATH = "songs/clicks.wav"
SONG_SECONDS = 8.0
SONG_BPM = 120.0


def person(name: str = "ann") -> Any:
    """A user who may sign in."""
    return get_user_model().objects.create_user(name, password="not-a-secret-of-anybody")


def account_of(user: Any, *, role: str = Membership.Role.OWNER, **fields: Any) -> Account:
    """An account in the sandbox's name with made-up keys, and `user` in it."""
    known = {
        "name": "Studio",
        "endpoint": "sandbox",
        "operate_uin": "100000000001",
        "user_name": "studio",
        "bucket": "songs-1250000000",
        "region": "ap-guangzhou",
        "bucket_secret_id": "bucket-id",
        "bucket_secret_key": "bucket-secret-text",
        "content_id": "content-1",
        "tmp_secret_id": "tmp-id",
        "tmp_secret_key": "tmp-secret-text",
        "gateway_secret_id": "gateway-id",
        "gateway_secret_key": "gateway-secret-text",
    }
    account = Account.objects.create(**{**known, **fields})
    Membership.objects.create(account=account, user=user, role=role)
    return Account.objects.get(pk=account.pk)


def registered_account(user: Any, sandbox: SandboxProcess) -> Account:
    """An account that the running sandbox knows, over the sandbox's own bucket, with one song in it."""
    name = f"u{uuid.uuid4().hex[:12]}"
    answer = Gateway(sandbox.gateway).register(
        RegisterRequest(
            request_id="tests",
            operate_uin="100000000001",
            user_name=name,
            keys=BucketKeys(secret_id=sandbox.secret_id, secret_key=sandbox.secret_key),
            bucket=sandbox.bucket,
            region=sandbox.region,
        )
    )
    account = account_of(
        user,
        user_name=name,
        bucket=sandbox.bucket,
        region=sandbox.region,
        bucket_secret_id=sandbox.secret_id,
        bucket_secret_key=sandbox.secret_key,
        content_id=answer.content_id,
        tmp_secret_id=answer.tmp_keys.secret_id,
        tmp_secret_key=answer.tmp_keys.secret_key,
        gateway_secret_id=answer.gateway_keys.secret_id,
        gateway_secret_key=answer.gateway_keys.secret_key,
    )
    bucket_for(account).put(SONG_PATH, clicks(SONG_SECONDS, SONG_BPM))
    return account


def wish(user: Any, account: Account, **changes: Any) -> Job:
    """A QUEUED musicBeat job about the song that `registered_account` stored."""
    asked = {
        "capability": "musicBeat",
        "params": {"outputType": 3, "drumType": 2, "enlargeLevel": 3},
        "source": services.Source(kind="bucket", path=SONG_PATH, name="clicks.wav", seconds=SONG_SECONDS),
        "idempotency_key": uuid.uuid4(),
    }
    return services.create(user=user, account=account, **{**asked, **changes})


def clicks(seconds: float, bpm: float, rate: int = 22050) -> bytes:
    """A WAV with a short decaying tone on every beat, the first one at once."""
    samples = [0.0] * int(seconds * rate)
    step = 60.0 / bpm
    for beat in range(int(seconds / step)):
        start = int(beat * step * rate)
        for at in range(min(2000, len(samples) - start)):
            samples[start + at] += 0.8 * math.exp(-at / 300) * math.sin(at * 0.3)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", int(sample * 32000)) for sample in samples))
    return out.getvalue()
