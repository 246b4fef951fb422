"""Rows for tests: people, accounts, registrations and jobs like real ones; every secret says SECRET."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User

from accounts.models import Account, Membership, Registration
from jobs.models import Job, enter
from tests.sandbox_process import SandboxProcess

PASSWORD = "a long enough phrase"
SONG_PATH = "uploads/song.wav"
SONG_SECONDS = 8.0
SONG_BPM = 120.0


def make_user(**fields: Any) -> User:
    """A person who may sign in with PASSWORD."""
    known = {"username": f"user-{uuid4().hex[:8]}", "password": PASSWORD}
    return User.objects.create_user(**{**known, **fields})


def tenant(sandbox: SandboxProcess | None = None) -> dict[str, Any]:
    """What a person types to register, fit for the running sandbox when one is given."""
    return {
        "endpoint": "sandbox" if sandbox else "mediax",
        "operate_uin": "100012345678",
        "user_name": f"u{uuid4().hex[:12]}",
        "bucket": sandbox.bucket if sandbox else "songs-1250000000",
        "region": sandbox.region if sandbox else "ap-guangzhou",
        "bucket_secret_id": sandbox.secret_id if sandbox else "AKIDbucketSECRETid0001",
        "bucket_secret_key": sandbox.secret_key if sandbox else "bucketSECRETkey0000002",
    }


def make_account(user: User, sandbox: SandboxProcess | None = None, **fields: Any) -> Account:
    """An account, `user` its owner, over the bucket of the sandbox when one is given; the TMP keys are made
    up."""
    known = {
        **tenant(sandbox),
        "name": "Studio",
        "content_id": str(uuid4()),
        "tmp_secret_id": "tmpSECRETid00000000003",
        "tmp_secret_key": "tmpSECRETkey0000000004",
        "gateway_secret_id": "gatewaySECRETid0000005",
        "gateway_secret_key": "gatewaySECRETkey000006",
        "demo_path": "100012345678_demo/run_musicBeat.py",
    }
    account = Account.objects.create(**{**known, **fields})
    make_membership(account, user)
    return Account.objects.get(pk=account.pk)


def make_membership(account: Account, user: User, role: str = Membership.Role.OWNER) -> Membership:
    """Lets `user` into the account."""
    return Membership.objects.create(account=account, user=user, role=role)


def make_registration(user: User, sandbox: SandboxProcess | None = None, **fields: Any) -> Registration:
    """A complete draft of `user`, or whatever `fields` make of it."""
    registration = Registration.objects.create(**{**tenant(sandbox), "user": user, **fields})
    return Registration.objects.get(pk=registration.pk)


def new_job(account: Account, **fields: Any) -> Job:
    """A musicBeat job of the account's owner that is not saved, or whatever `fields` make of it."""
    known = {
        "account": account,
        "owner": fields.get("owner") or _first_owner(account),
        "capability": "musicBeat",
        "params": {"outputType": 3, "drumType": 2, "enlargeLevel": 3},
        "source_path": SONG_PATH,
        "source_name": "song.wav",
        "source_seconds": SONG_SECONDS,
        "destination": "/output/musicBeat",
    }
    return Job(**{**known, **fields})


def make_job(account: Account, **fields: Any) -> Job:
    """A QUEUED musicBeat job of the account's owner with its first event, or whatever `fields` make of it."""
    job = new_job(account, **fields)
    enter([job], note="created")
    return Job.objects.get(pk=job.pk)


def _first_owner(account: Account) -> User:
    """Who made the account; others may own it too."""
    return account.memberships.filter(role=Membership.Role.OWNER).order_by("pk")[0].user
