"""A verification sends the guide's own job, once, and what comes back verifies the account."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import soundfile
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models.functions import Now
from django.utils import translation

from accounts.clients import bucket_for
from accounts.models import Account, AuditEntry, Membership, Song
from jobs import guide, sample, services, verifying
from jobs.engine import collecting
from jobs.models import Job
from jobs.results import Fact, Result
from jobs.sources import SourceRefused
from tests.factories import make_job, make_membership
from tests.jobs.raw_gateway import RawGateway, created, http, refused, told
from tests.jobs.test_engine import run_until_final
from tests.jobs.working import submit
from tests.jobs.working import work_on as due
from tests.sandbox_process import SandboxProcess

State = Job.State
# `request` of the program in the 5-minute guide, as printed; the keys are placeholders there too.
GUIDE = {
    "action": "CreateJob",
    "secretId": "***",
    "secretKey": "***",
    "createJobRequest": {
        "customId": "musicBeat",
        "inputs": [{"source": {"contentId": "tmpContentId", "path": "file_path_to_root"}}],
        "outputs": [
            {
                "contentId": "tmpContentId",
                "destination": "/output/musicBeat",
                "inputSelectors": [0],
                "smartContentDescriptor": {
                    "musicBeat": {"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3}
                },
            }
        ],
    },
}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared as they stand in the source."""
    with translation.override("en"):
        yield


@pytest.fixture
def account(account: Account, sandbox: SandboxProcess, settings: Any) -> Account:
    """An account at a gateway that answers as told, over a bucket that works."""
    settings.SANDBOX = {**settings.SANDBOX, "store": sandbox.store}
    fields = {"bucket": sandbox.bucket, "region": sandbox.region, "content_id": "tmpContentId"}
    for name, value in fields.items():
        setattr(account, name, value)
    account.bucket_secret_id, account.bucket_secret_key = sandbox.secret_id, sandbox.secret_key
    account.save()
    return Account.objects.get(pk=account.pk)


def verify(account: Account, user: User, key: uuid.UUID | None = None) -> Job:
    return verifying.verify(user=user, account=account, idempotency_key=key or uuid.uuid4())


def guided() -> dict[str, Any]:
    """The guide's request with the one thing filled in that it leaves to the reader."""
    request: dict[str, Any] = json.loads(json.dumps(GUIDE))
    request["createJobRequest"]["inputs"][0]["source"]["path"] = guide.SAMPLE_PATH
    return request


def test_the_page_shows_the_guides_request(account: Account) -> None:
    assert verifying.request_of(account) == guided()


def test_the_guides_request_is_what_travels(
    gateway: RawGateway, account: Account, alice: User, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://portal.example"
    gateway.answers["CreateJob"] = [created()]
    job = verify(account, alice)
    submit(job)
    (body,) = gateway.bodies
    keys = {"secretId": account.tmp_secret_id, "secretKey": account.tmp_secret_key}
    assert body == {**guided(), **keys}
    assert job.attempts.get().callback_token_hash == ""
    assert job.exchanges.get().exchange["request"] == verifying.request_of(account)


def test_every_difference_from_the_guide_is_named(account: Account) -> None:
    told = {str(each.title): each for each in guide.differences(account)}
    assert (told["The song"].guide, told["The song"].portal) == ("file_path_to_root", guide.SAMPLE_PATH)
    assert told["The address"].portal.startswith("http://127.0.0.1:")
    account.endpoint = "mediax"
    by_title = {str(each.title): each for each in guide.differences(account)}
    assert by_title["The address"].portal == "https://api.mediax.tencent.com/job"
    assert "HTTPS" in str(by_title["The address"].why)
    account.endpoint = "legacy"
    assert "The address" not in {str(each.title) for each in guide.differences(account)}


def test_the_sample_is_what_its_module_says() -> None:
    song = soundfile.info(io.BytesIO(sample.content()))
    assert song.format == "MP3"
    assert song.duration == pytest.approx(sample.SECONDS, abs=0.1)
    assert len(sample.content()) < 300_000


def test_a_verification_verifies_the_account_with_the_tempo_of_the_sample(
    sandbox_account: Account, alice: User
) -> None:
    job = verify(sandbox_account, alice)
    run_until_final(job)
    assert (job.state, job.error_words) == (State.COMPLETED, "")
    heard = verifying.heard_in(Result.from_json(job.result))
    assert (heard.hearing, heard.true_bpm) == ("same", sample.BPM)
    assert heard.beats == pytest.approx(sample.BEATS, abs=2)
    sandbox_account.refresh_from_db()
    assert sandbox_account.verified_at is not None
    assert AuditEntry.objects.filter(deed="verified", account=sandbox_account).count() == 1
    (attempt,) = job.attempts.all()
    assert attempt.destination == "/output/musicBeat"


def test_verifying_twice_leaves_one_song_and_the_first_moment(sandbox_account: Account, alice: User) -> None:
    first = verify(sandbox_account, alice)
    run_until_final(first)
    sandbox_account.refresh_from_db()
    moment = sandbox_account.verified_at
    run_until_final(verify(sandbox_account, alice))
    sandbox_account.refresh_from_db()
    assert sandbox_account.verified_at == moment
    assert Song.objects.get(account=sandbox_account).path == guide.SAMPLE_PATH
    uploads = bucket_for(sandbox_account).list("uploads/sample").entries
    assert [entry.key for entry in uploads] == [guide.SAMPLE_PATH]
    assert verifying.latest(sandbox_account) != first


def test_a_double_click_makes_one_job(gateway: RawGateway, account: Account, alice: User) -> None:
    key = uuid.uuid4()
    assert verify(account, alice, key) == verify(account, alice, key)
    assert Job.objects.count() == 1


def test_the_same_form_leads_to_its_job_although_the_bucket_went_away(
    account: Account, alice: User, settings: Any
) -> None:
    key = uuid.uuid4()
    first = verify(account, alice, key)
    settings.SANDBOX = {**settings.SANDBOX, "store": "http://127.0.0.1:9"}
    assert verify(account, alice, key) == first


@pytest.mark.parametrize("role", [Membership.Role.VIEWER, None])
def test_who_may_not_submit_puts_no_sample_into_the_bucket(account: Account, bob: User, role: Any) -> None:
    if role:
        make_membership(account, bob, role)
    with pytest.raises(PermissionDenied):
        verify(account, bob)
    assert not Song.objects.exists()


@pytest.mark.parametrize(
    ("outputs", "note"), [([], "no_answer"), ([{"smartContentResult": {"musicBeat": {"x": 1}}}], "no_times")]
)
def test_an_answer_that_cannot_be_read_verifies_all_the_same(
    gateway: RawGateway, account: Account, alice: User, outputs: Any, note: str
) -> None:
    gateway.answers |= {"CreateJob": [created()], "GetJob": [told(3, outputs=outputs)]}
    job = verify(account, alice)
    submit(job)
    assert due(job).state == State.COMPLETED
    assert job.result["note"] == note
    account.refresh_from_db()
    assert account.verified_at is not None


def test_a_job_is_complete_and_its_account_verified_at_once_or_not_at_all(
    gateway: RawGateway, account: Account, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(account: Account) -> bool:
        raise RuntimeError("the database went away")

    monkeypatch.setattr("jobs.engine.collecting.life.mark_verified", broken)
    gateway.answers |= {"CreateJob": [created()], "GetJob": [told(3, outputs=[])]}
    job = verify(account, alice)
    submit(job)
    assert due(job).state == State.COLLECTING


@pytest.mark.parametrize("answer", [told(4, message="10004 Engine Error"), told(5)])
def test_a_verification_that_fails_verifies_nothing(
    gateway: RawGateway, account: Account, alice: User, answer: bytes
) -> None:
    gateway.answers |= {"CreateJob": [created()], "GetJob": [answer]}
    job = verify(account, alice)
    submit(job)
    assert due(job).state in (State.ERROR, State.CANCELED)
    account.refresh_from_db()
    assert account.verified_at is None


def test_a_verification_that_was_cancelled_while_it_was_read_verifies_nothing(
    gateway: RawGateway, account: Account, alice: User
) -> None:
    job = make_job(account, state=State.COLLECTING, is_verification=True, lease_until=Now())
    reading = collecting.take(job.pk)
    assert reading is not None
    assert services.cancel(Job.objects.get(pk=job.pk))
    reading.settle(reading.call())
    account.refresh_from_db()
    assert account.verified_at is None


def test_an_ordinary_job_verifies_nothing(sandbox_account: Account) -> None:
    job = make_job(sandbox_account, params=guide.PARAMS)
    run_until_final(job)
    assert job.state == State.COMPLETED
    sandbox_account.refresh_from_db()
    assert sandbox_account.verified_at is None


def test_files_in_the_shared_folder_prove_nothing_of_an_unsure_verification(
    gateway: RawGateway, account: Account, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.engine.recovering.file_patience", lambda account: -5.0)
    gateway.answers["CreateJob"] = [b""]
    job = verify(account, alice)
    submit(job)
    bucket_for(account).put("output/musicBeat/beats.json", b'{"beats": [0.5, 1.0, 1.5]}')
    assert due(job).state == State.UNSURE
    account.refresh_from_db()
    assert account.verified_at is None
    assert gateway.asked == {"CreateJob": 1}


def test_a_refused_verification_keeps_the_words_of_tmp(
    gateway: RawGateway, account: Account, alice: User
) -> None:
    gateway.answers["CreateJob"] = [refused("splitNum out of range")]
    job = verify(account, alice)
    submit(job)
    assert (job.state, job.error_words) == (State.ERROR, "splitNum out of range")


def test_refused_keys_pause_the_account_and_the_verification_waits(
    gateway: RawGateway, account: Account, alice: User
) -> None:
    gateway.answers["CreateJob"] = [http(401, {"message": "HMAC signature does not match"})]
    job = verify(account, alice)
    submit(job)
    assert due(job).state == State.QUEUED
    assert gateway.asked["CreateJob"] == 1


def test_a_bucket_in_trouble_makes_no_job(account: Account, alice: User, settings: Any) -> None:
    settings.SANDBOX = {**settings.SANDBOX, "store": "http://127.0.0.1:9"}
    with pytest.raises(SourceRefused):
        verify(account, alice)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("bpm", "hearing"),
    [(124.0, "same"), (121.5, "same"), (62, "octave"), (248.3, "octave"), (93.0, "other"), (None, "nothing")],
)
def test_what_was_heard_is_compared_with_what_is_true(bpm: float | None, hearing: str) -> None:
    facts = () if bpm is None else (Fact(key="tempo", label="Tempo (BPM)", value=bpm),)
    assert verifying.heard_in(Result(facts=facts)).hearing == hearing
