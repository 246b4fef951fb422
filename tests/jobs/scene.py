"""Who is on stage in the tests of pages: Alice owns an account, Bob may look, Charlie is a stranger."""

from __future__ import annotations

import io
import math
import struct
import wave
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.test import Client

from accounts.models import Account, Membership
from jobs.models import Job, JobEvent
from tests.sandbox_process import SandboxProcess


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The account and a signed-in browser each."""

    account: Account
    alice: Client
    bob: Client
    charlie: Client
    owner: User


def set_scene(**account_fields: Any) -> Scene:
    """Three people and one account; `account_fields` replace the defaults."""
    owner, viewer, stranger = (
        User.objects.create_user(f"{name}-{uuid4().hex[:8]}") for name in ("alice", "bob", "charlie")
    )
    account = make_account(**account_fields)
    Membership.objects.create(account=account, user=owner, role=Membership.Role.OWNER)
    Membership.objects.create(account=account, user=viewer, role=Membership.Role.VIEWER)
    return Scene(
        account=account,
        alice=signed_in(owner),
        bob=signed_in(viewer),
        charlie=signed_in(stranger),
        owner=owner,
    )


def signed_in(user: User) -> Client:
    """An English-speaking browser."""
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def make_account(**fields: Any) -> Account:
    """An account at a sandbox; nothing of it is true."""
    defaults = {
        "name": "studio",
        "endpoint": "sandbox",
        "operate_uin": "100012345678",
        "user_name": "studio",
        "bucket": "songs-1250000000",
        "region": "ap-guangzhou",
        "bucket_secret_id": "id",
        "bucket_secret_key": "key",
        "content_id": str(uuid4()),
        "tmp_secret_id": "id",
        "tmp_secret_key": "key",
        "gateway_secret_id": "id",
        "gateway_secret_key": "key",
        "demo_path": "100012345678_demo/run_musicBeat.py",
    }
    return Account.objects.create(**{**defaults, **fields})


def at_sandbox(sandbox: SandboxProcess, settings: Any) -> dict[str, str]:
    """Points the portal at a running sandbox; returns the account fields that fit its bucket."""
    settings.SANDBOX = {"gateway": sandbox.gateway, "store": sandbox.store}
    return {
        "bucket": sandbox.bucket,
        "region": sandbox.region,
        "bucket_secret_id": sandbox.secret_id,
        "bucket_secret_key": sandbox.secret_key,
    }


def make_job(scene: Scene, **fields: Any) -> Job:
    """A job of Alice's with its first event."""
    defaults = {
        "account": scene.account,
        "owner": scene.owner,
        "capability": "musicBeat",
        "source_path": "uploads/song.wav",
        "source_name": "song.wav",
        "idempotency_key": uuid4(),
    }
    job = Job.objects.create(**{**defaults, **fields})
    JobEvent.objects.create(job=job, to_state=Job.State.QUEUED, note="created")
    job.refresh_from_db()
    return job


RESULT = {
    "version": 1,
    "facts": [
        {"key": "tempo", "label": "Tempo (BPM)", "value": 120.0},
        {"key": "beats", "label": "Beats", "value": 2},
    ],
    "markers": [
        {"time": 0.5, "label": "", "strength": 0.9, "downbeat": True},
        {"time": 1.0, "label": "", "strength": None, "downbeat": False},
    ],
    "regions": [],
    "files": [{"name": "mergeFileName", "path": "output/1/merged.wav", "kind": "audio"}],
    "values": {"unknown": "value"},
    "note": "",
}


def tone(seconds: float = 0.5, rate: int = 8000) -> bytes:
    """A WAV file with a 440 Hz tone."""
    samples = (int(9000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(int(seconds * rate)))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return buffer.getvalue()
