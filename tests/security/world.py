"""One account with a row of every kind, and a signed-in browser of everybody who may come by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.clients import bucket_for
from accounts.links import hash_of
from accounts.models import Account, Membership, Registration, Song, Upload
from jobs import corrections, sharing
from jobs.models import Attempt, Batch, GatewayExchange, Job, Plan, Preset, Price, SavedFilter
from jobs.results import Marker
from tests.accounts.browsing import confirm
from tests.accounts.contacting import registered_account
from tests.factories import SONG_PATH, make_account, make_job, make_membership, make_registration, make_user
from tests.jobs.scene import RESULT
from tests.sandbox_process import SandboxProcess
from tests.songs import clicks

ROLES = ("owner", "submitter", "viewer", "other", "anonymous")
MEMBERS = ROLES[:3]
CALLBACK_TOKEN = "a-callback-token-that-the-portal-gave-out-once"
# Of a file that may be deleted.
SPARE_PATH = "uploads/spare.wav"
BEATS = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]
# States in which each of a person's actions is possible; the other pages show a completed job.
STATES = {
    "cancel": Job.State.QUEUED,
    "give_up": Job.State.SUBMITTED,
    "ask_again": Job.State.GAVE_UP,
    "send_again": Job.State.UNSURE,
    "mark_failed": Job.State.UNSURE,
}
WISH = {
    "params": {"outputType": 3, "drumType": 2, "enlargeLevel": 3},
    "destination": "/output",
    "output_prefix": "",
    "timeout": None,
    "label": "",
}


@dataclass(frozen=True, kw_only=True)
class World:
    """`ids` are values for the parameters of addresses, by their names; `jobs` the jobs of STATES by action,
    and "done". `own` are the ids of what the stranger has, of the same names."""

    people: Mapping[str, User]
    account: Account
    ids: Mapping[str, Any]
    own: Mapping[str, Any]
    jobs: Mapping[str, Job]
    share_token: str

    def client(self, role: str, *, has_csrf_checks: bool = False) -> Client:
        """An English-speaking browser of somebody in `role`, who typed the password a moment ago."""
        client = Client(headers={"Accept-Language": "en"}, raise_request_exception=False)
        if role != "anonymous":
            client.force_login(self.people[role])
            assert confirm(client).status_code == 302
        client.handler.enforce_csrf_checks = has_csrf_checks
        return client


def make_world(sandbox: SandboxProcess, *, whose: str = "the", **account_fields: Any) -> World:
    """Everybody and everything; the account is known to the running sandbox and has a song in its bucket.

    A second world beside the first needs another word for `whose` it is."""
    # How often a password was typed is remembered from test to test.
    cache.clear()
    people = {role: make_user(username=f"{whose}-{role}") for role in ROLES[:4]}
    account = registered_account(people["owner"], sandbox, **account_fields)
    for path in (SONG_PATH, SPARE_PATH):
        bucket_for(account).put(path, clicks(2.0, 120.0))
    bob = make_membership(account, people["submitter"], Membership.Role.SUBMITTER)
    make_membership(account, people["viewer"], Membership.Role.VIEWER)
    jobs = _jobs(account)
    _share, token = sharing.make(
        jobs["done"], by=people["owner"], lasts=timedelta(days=7), with_audio=True, with_exports=True
    )
    ids = {
        **_rows(account, people["owner"]),
        "job_id": jobs["done"].pk,
        "batch_id": jobs["done"].batch_id,
        "share_id": _share.pk,
        "member_id": bob.pk,
    }
    return World(
        people=people,
        account=account,
        ids=ids,
        own=_rows(make_account(people["other"], name="Elsewhere", endpoint="sandbox"), people["other"]),
        jobs=jobs,
        share_token=token,
    )


def _rows(account: Account, person: User) -> dict[str, Any]:
    """What one person has beside jobs, each with the name that addresses have for it."""
    preset = Preset.objects.create(user=person, capability="musicBeat", name="mine", settings={})
    Song.objects.create(account=account, uploader=person, path=SONG_PATH, name="夜曲.wav", size=1)
    upload = Upload.objects.create(
        account=account,
        uploader=person,
        path="uploads/late.wav",
        name="late.wav",
        content_type="audio/wav",
        size=4,
        modified=1,
        digest="d",
        part_bytes=4,
    )
    price = Price.objects.create(
        account=account,
        capability="musicBeat",
        amount="1.5",
        currency="CNY",
        per=Price.Per.MINUTE,
        source="a list",
        dated=date(2026, 1, 1),
    )
    return {
        "account_id": account.pk,
        "registration_id": make_registration(person, state=Registration.State.REFUSED).pk,
        "key": Plan.objects.create(
            account=account, user=person, key=uuid4(), capability="musicBeat", places=[SONG_PATH], wish=WISH
        ).key,
        "filter_id": SavedFilter.objects.create(user=person, name="mine", query="state=ERROR").pk,
        "upload_id": upload.pk,
        "price_id": price.pk,
        "preset_id": preset.pk,
    }


def _jobs(account: Account) -> dict[str, Job]:
    """Two completed jobs on one song, the first corrected and of a batch, and a job for each action."""
    owner = account.memberships.get(role=Membership.Role.OWNER).user
    batch = Batch.objects.create(account=account, owner=owner, capability="musicBeat", label="nights")
    file = {"name": "mergeFileName", "path": SONG_PATH, "kind": "audio"}
    result = {**RESULT, "files": [file], "markers": [{"time": time} for time in BEATS]}
    shared: dict[str, Any] = {"result": result, "raw_answer": {"beats": BEATS}, "ended_at": timezone.now()}
    done, again = (
        make_job(account, state=Job.State.COMPLETED, tmp_id=f"tmp-{name}", **shared, **more)
        for name, more in {"done": {"batch": batch, "position": 1}, "again": {}}.items()
    )
    failed = {"state": Job.State.ERROR, "error_kind": "Refused", "error_words": "no"}
    make_job(account, batch=batch, position=2, ended_at=timezone.now(), **failed)
    corrections.save(done, owner, [Marker(time=time) for time in BEATS[:-1]], base=0)
    jobs = {name: make_job(account, state=state, tmp_id=f"tmp-{name}") for name, state in STATES.items()}
    # TMP may still call about this one.
    attempt = Attempt.objects.create(
        job=jobs["give_up"], number=1, destination="/output", callback_token_hash=hash_of(CALLBACK_TOKEN)
    )
    GatewayExchange.objects.create(job=done, action="CreateJob", exchange={"error": "Refused: x"})
    GatewayExchange.objects.create(job=attempt.job, attempt=attempt, action="CreateJob", exchange={})
    return {**jobs, "done": done, "again": again}
