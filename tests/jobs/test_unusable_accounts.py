"""Accounts that make no new jobs, and accounts that are gone: what happens to the jobs they have."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Membership
from jobs import services
from jobs.engine import collecting, exchanges, recovering
from jobs.models import GatewayExchange, Job
from tests.factories import SONG_PATH, make_account, make_job, make_membership
from tests.jobs.raw_gateway import RawGateway, created, told
from tests.jobs.scene import Scene, set_scene
from tests.jobs.working import answer_to, carry, finish, make_due, submit, take, take_to_send, work, work_on

State = Job.State
OUTPUTS = [{"smartContentResult": {"musicBeat": {"beats": [0.5, 1.0, 1.5, 2.0]}}}]


@pytest.fixture
def scene(db: None) -> Scene:
    return set_scene()


@pytest.fixture(params=["disabled_at", "replaced_at"])
def closed(request: Any) -> Callable[[Account], None]:
    """Makes an account unusable, in either way."""
    return lambda account: (
        Account.objects.filter(pk=account.pk).update(**{request.param: timezone.now()}) or None
    )


def page_of(scene: Scene, job: Job) -> str:
    text: str = scene.alice.get(reverse("jobs:job_detail", args=[job.pk])).text
    return text


def test_no_new_job_is_made(scene: Scene, closed: Any) -> None:
    closed(scene.account)
    answer = scene.alice.get("/jobs/new/", {"account": scene.account.pk})
    assert answer.status_code == 403
    assert "no new jobs are sent with it" in answer.text
    sent = {"account": scene.account.pk, "idempotency_key": uuid.uuid4(), "source": "bucket"}
    assert scene.alice.post("/jobs/new/musicBeat/", sent | {"path": SONG_PATH}).status_code == 403
    with pytest.raises(ValidationError):
        services.create(
            user=scene.owner,
            account=Account.objects.get(),
            capability="musicBeat",
            params={},
            source=services.Source(kind="bucket", path=SONG_PATH, name="song.wav"),
            idempotency_key=uuid.uuid4(),
        )
    assert not Job.objects.exists()


def test_queued_jobs_wait_and_go_on_when_it_is_enabled_again(
    gateway: RawGateway, account: Account, job: Job, closed: Any
) -> None:
    gateway.answers |= {"CreateJob": [created()], "GetJob": [told(2)]}
    closed(account)
    submit(job)
    assert work_on(job).state == State.QUEUED
    assert gateway.asked.total() == 0
    Account.objects.update(disabled_at=None, replaced_at=None)
    submit(job)
    assert job.state == State.SUBMITTED


def test_what_tmp_has_begun_is_followed_to_its_end(
    gateway: RawGateway, account: Account, job: Job, closed: Any
) -> None:
    gateway.answers |= {"CreateJob": [created()], "GetJob": [told(2), told(3, outputs=OUTPUTS)]}
    submit(job)
    closed(account)
    assert work_on(job).state == State.PROCESSING
    assert work_on(job).state == State.COMPLETED


def test_the_page_of_a_waiting_job_says_why(scene: Scene) -> None:
    job = make_job(scene.account)
    before = scene.alice.get(reverse("jobs:job_detail", args=[job.pk]), headers={"HX-Request": "true"})
    Account.objects.update(disabled_at=timezone.now())
    after = scene.alice.get(
        reverse("jobs:job_detail", args=[job.pk]),
        headers={"HX-Request": "true", "If-None-Match": before.headers["ETag"]},
    )
    assert after.status_code == 200
    for text in (after.text, page_of(scene, job)):
        assert "This account is disabled" in text
        assert reverse("accounts:account_detail", args=[scene.account.pk]) in text
        assert "The job waits for a worker." not in text


def test_a_replaced_account_leads_to_its_successor(scene: Scene) -> None:
    job = make_job(scene.account)
    successor = make_account(scene.owner, name="successor", endpoint="sandbox", replaces=scene.account)
    Account.objects.filter(pk=scene.account.pk).update(replaced_at=timezone.now())
    refused = scene.alice.get("/jobs/new/", {"account": scene.account.pk})
    assert f"?account={successor.pk}" in refused.text
    page = page_of(scene, job)
    assert "This account was replaced" in page
    assert "successor" in page
    copy = scene.alice.get("/jobs/new/musicBeat/", {"from": job.pk})
    assert f'name="account" value="{successor.pk}"' in copy.text
    assert f'value="{SONG_PATH}" checked' in copy.text
    Account.objects.filter(pk=successor.pk).update(bucket="another-1250000000")
    elsewhere = scene.alice.get("/jobs/new/musicBeat/", {"from": job.pk}).text
    assert SONG_PATH not in elsewhere


def test_a_successor_of_other_people_is_not_named(scene: Scene, charlie: User) -> None:
    job = make_job(scene.account)
    make_account(charlie, name="of other people", replaces=scene.account)
    Account.objects.filter(pk=scene.account.pk).update(replaced_at=timezone.now())
    assert "of other people" not in page_of(scene, job)
    assert "of other people" not in scene.alice.get("/jobs/new/", {"account": scene.account.pk}).text


def test_a_new_job_begins_with_the_persons_default_account(scene: Scene) -> None:
    newer = make_account(scene.owner, name="newer", endpoint="sandbox")
    begins = f'name="account" value="{newer.pk}"'
    assert begins in scene.alice.get("/jobs/new/musicBeat/").text
    Membership.objects.filter(account=scene.account, user=scene.owner).update(is_default=True)
    assert begins not in scene.alice.get("/jobs/new/musicBeat/").text
    Account.objects.filter(pk=scene.account.pk).update(disabled_at=timezone.now())
    assert begins in scene.alice.get("/jobs/new/musicBeat/").text


def test_the_default_of_another_member_is_not_ones_own(scene: Scene, charlie: User) -> None:
    newer = make_account(scene.owner, name="newer", endpoint="sandbox")
    make_membership(scene.account, charlie)
    Membership.objects.filter(account=scene.account, user=charlie).update(is_default=True)
    assert f'name="account" value="{newer.pk}"' in scene.alice.get("/jobs/new/musicBeat/").text


class _Submission:
    """A sending."""

    def __init__(self, gateway: RawGateway, job: Job) -> None:
        gateway.answers["CreateJob"] = [created()]
        taken = take_to_send(job)
        assert taken is not None
        self._taken = taken

    def call(self) -> Any:
        return answer_to(self._taken)

    def settle(self, answer: Any) -> None:
        self._taken.settle(answer)


class _Question:
    """A question in a worker's turn."""

    def __init__(self, gateway: RawGateway, job: Job) -> None:
        gateway.answers |= {"CreateJob": [created()], "GetJob": [told(3, outputs=OUTPUTS)]}
        submit(job)
        make_due(job)
        self._turn, self._taken = take()

    def call(self) -> None:
        carry(self._turn, self._taken)

    def settle(self, _: None) -> None:
        finish(self._turn)


def _collection(gateway: RawGateway, job: Job) -> Any:
    question = _Question(gateway, job)
    question.settle(question.call())
    return collecting.take(job.pk)


def _recovery(gateway: RawGateway, job: Job) -> Any:
    gateway.answers["CreateJob"] = [b""]
    submit(job)
    make_due(job)
    return recovering.take_unsure(1)[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("begin", [_Submission, _Question, _collection, _recovery])
@pytest.mark.parametrize("moment", ["before the call", "before the settling", "while settling"])
def test_a_worker_whose_account_is_deleted_ends_quietly(
    begin: Any,
    moment: str,
    gateway: RawGateway,
    account: Account,
    job: Job,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    held = begin(gateway, job)
    asked = gateway.asked.total()

    def delete(*_: Any, **__: Any) -> None:
        Account.objects.filter(pk=account.pk).delete()

    if moment == "before the call":
        delete()
    answer = held.call()
    if moment == "before the settling":
        delete()
    if moment == "while settling":
        for module, name in (
            (exchanges, "keep"),
            (exchanges, "keep_many"),
            (collecting, "_noted"),
            (recovering, "_answer"),
        ):
            kept = getattr(module, name)
            monkeypatch.setattr(module, name, lambda *a, _kept=kept, **k: (_kept(*a, **k), delete())[0])
    caplog.set_level(logging.WARNING)
    if begin is _recovery and moment == "while settling":
        attempt = job.attempts.get()
        answer = recovering.Evidence(attempt=attempt, names=("beats.json",))
    assert held.settle(answer) is None
    work()
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
    assert not Job.objects.exists() and not GatewayExchange.objects.exists()
    assert gateway.asked.total() <= asked + 1


@pytest.mark.django_db(transaction=True)
def test_a_fault_that_no_deletion_explains_is_not_hushed_up(
    gateway: RawGateway, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = _Submission(gateway, job)

    def broken(*_: Any, **__: Any) -> None:
        raise Account.DoesNotExist

    monkeypatch.setattr(exchanges, "keep", broken)
    with pytest.raises(Account.DoesNotExist):
        held.settle(held.call())
