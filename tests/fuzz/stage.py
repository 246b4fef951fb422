"""Who and what the fuzz finds in the portal: three people, and a row of every kind that an address names."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.test import Client

from accounts.clients import bucket_for
from accounts.links import hash_of
from accounts.models import Account, Membership, Upload
from jobs import batches, corrections, sharing
from jobs.capabilities import all_capabilities
from jobs.exports import all_exports
from jobs.models import Attempt, Job, Plan, Preparation, Preset, Price, SavedFilter
from jobs.results import Marker
from jobs.sources import sources_of
from tests.accounts.contacting import registered_account
from tests.factories import SONG_PATH, make_job, make_membership, make_registration, make_user
from tests.jobs.scene import RESULT
from tests.sandbox_process import SandboxProcess
from tests.songs import clicks

State = Job.State
WEEK = 7 * 24 * 3600.0
ROLES = ("owner", "viewer", "stranger")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """`people` by role; `jobs` are in every state; `names` has values for the parameters of addresses, and
    `tokens` what addresses of callbacks end in."""

    people: dict[str, User]
    account: Account
    jobs: list[Job]
    names: dict[str, list[str]]
    tokens: list[str]

    def client(self, role: str) -> Client:
        """A browser that has just signed in, and has for as long as any fuzz takes: what lies behind the
        password is reached, too. What breaks is raised to it, so that its place is known."""
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(self.people[role])
        session = client.session
        recent = {"method": "password", "at": time.time() + WEEK, "reauthenticated": True}
        session["account_authentication_methods"] = [recent]
        session["account_authentication_methods_user"] = str(self.people[role].pk)
        session.save()
        return client


def set_stage(sandbox: SandboxProcess) -> Stage:
    """Everything, in the database at hand and in the bucket of the sandbox, which the settings name."""
    people = {role: make_user(is_staff=role == "owner", is_superuser=role == "owner") for role in ROLES}
    account = registered_account(people["owner"], sandbox)
    member = make_membership(account, people["viewer"], Membership.Role.VIEWER)
    bucket_for(account).put(SONG_PATH, clicks(4, 120))
    jobs = [make_job(account, state=state, **_known_of(state)) for state in State.values]
    done = next(job for job in jobs if job.state == State.COMPLETED)
    tokens = [_attempted(job) for job in jobs]
    corrections.save(done, people["owner"], [Marker(time=0.5), Marker(time=1.0)], base=0)
    names = _rows(account, people["owner"], done) | {
        "account_id": [account.pk],
        "job_id": [job.pk for job in jobs],
        "member_id": [member.pk],
        "registration_id": [make_registration(people["owner"], sandbox).pk],
        "capability": list(all_capabilities()),
        "format_key": list(all_exports()),
        "number": [0, 1],
        "app_label": ["accounts", "jobs", "auth"],
        "object_id": [account.pk, done.pk, people["viewer"].pk],
    }
    return Stage(
        people=people,
        account=account,
        jobs=jobs,
        names={name: [str(value) for value in values] for name, values in names.items()},
        tokens=tokens,
    )


def _known_of(state: str) -> dict[str, Any]:
    """What a job in that state has."""
    if state == State.COMPLETED:
        answer = {"outputs": [{"smartContentResult": {"musicBeat": {"beats": [0.5, 1.0]}}}]}
        return {"result": RESULT, "tmp_id": "tmp-1", "tmp_state": 3, "raw_answer": answer}
    if state in (*Job.REFRESHED, State.COLLECTING, State.GAVE_UP):
        return {"tmp_id": f"tmp-{state.lower()}", "tmp_state": 2}
    if state in (State.ERROR, State.UNSURE):
        return {"error_kind": "Refused", "error_words": "no such song", "failed_in": "submit"}
    return {}


def _attempted(job: Job) -> str:
    """An attempt of the job; the token of its address."""
    token = uuid4().hex
    outcome = Attempt.Outcome.UNSURE if job.state == State.UNSURE else Attempt.Outcome.SENDING
    Attempt.objects.create(
        job=job, number=1, destination="/o/", callback_token_hash=hash_of(token), outcome=outcome
    )
    if job.state == State.PREPARING:
        Preparation.objects.create(job=job, url="https://songs.example.com/a.mp3")
    return token


def _rows(account: Account, owner: User, done: Job) -> dict[str, list[Any]]:
    """Rows of other kinds, by the names that addresses give them."""
    params = {"outputType": 3, "drumType": 2, "enlargeLevel": 3}
    wish = {"params": params, "destination": "/o/", "output_prefix": "", "timeout": None, "label": ""}
    batch = batches.create(
        user=owner,
        account=account,
        capability="musicBeat",
        params=params,
        sources=sources_of(account, [SONG_PATH]),
        idempotency_key=uuid4(),
    )
    plan = Plan.objects.create(
        user=owner, account=account, key=uuid4(), capability="musicBeat", places=[SONG_PATH], wish=wish
    )
    Preset.objects.create(user=owner, capability="musicBeat", name="Mine", settings={"params": params})
    price = Price.objects.create(
        account=account,
        capability="musicBeat",
        amount=Decimal("0.1"),
        currency="CNY",
        per=Price.Per.values[0],
        source="list",
        dated=date(2026, 11, 1),
        typed_by=owner,
    )
    share, token = sharing.make(done, by=owner, lasts=timedelta(days=1), with_audio=True)
    upload = Upload.objects.create(
        account=account,
        uploader=owner,
        path="uploads/2026/11/x.mp3",
        name="x.mp3",
        content_type="audio/mpeg",
        size=10,
        modified=0,
        digest="x",
        part_bytes=10,
    )
    saved = SavedFilter.objects.create(user=owner, name="mine", query="state=ERROR")
    return {
        "batch_id": [batch.pk],
        "key": [plan.key, "curl", "python", "x"],
        "price_id": [price.pk],
        "share_id": [share.pk],
        "token": [token, "x"],
        "upload_id": [upload.pk],
        "filter_id": [saved.pk],
    }


@contextmanager
def only_loopback() -> Iterator[None]:
    """What a form makes the portal call does not leave this machine."""
    known = socket.getaddrinfo

    def resolved(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in ("127.0.0.1", "localhost", "::1", None):
            raise socket.gaierror(socket.EAI_NONAME, "not from a fuzz")
        return known(host, *args, **kwargs)

    socket.getaddrinfo = resolved
    try:
        yield
    finally:
        socket.getaddrinfo = known
