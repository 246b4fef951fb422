"""What the jobs of an account tell of its health: a row, a state, a sentence and an age each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Account
from jobs import services, tasks
from jobs.engine import poller
from jobs.engine.wire import hash_of
from jobs.models import Attempt, GatewayExchange, Job, Pulse, in_seconds
from jobs.vitals import Vital, counts, vitals
from tests.factories import make_job
from tests.jobs.raw_gateway import RawGateway, created, refused, told
from tests.jobs.scene import Scene, set_scene

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared as they stand in the source."""
    with translation.override("en"):
        yield


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def row(account: Account, key: str) -> Vital:
    return {vital.key: vital for vital in vitals(account)}[key]


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def sweep_due() -> None:
    Job.objects.update(refresh_at=in_seconds(-1))
    poller.sweep(taking_seconds=0.05)


def test_an_account_without_jobs_is_well_but_for_the_worker(scene: Scene) -> None:
    assert {vital.key: vital.state for vital in vitals(scene.account)} == {
        "worker": "failed",
        "queue": "ok",
        "question": "ok",
        "answer": "ok",
        "error": "ok",
        "callback": "ok",
        "undecided": "ok",
    }
    assert counts(scene.account) == []


def test_a_sweep_is_a_sign_of_life(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller, "sweep", lambda: 0)
    tasks.sweep()
    assert row(scene.account, "worker").state == "ok"
    before = Pulse.objects.get().at
    tasks.sweep()
    assert Pulse.objects.get().at == before
    Pulse.objects.update(at=in_seconds(-6))
    tasks.sweep()
    assert Pulse.objects.get().at >= before


@pytest.mark.parametrize(("age", "state"), [(1, "ok"), (30, "warn"), (3600, "failed")])
def test_a_worker_that_was_not_seen_is_missed(scene: Scene, age: int, state: str) -> None:
    Pulse.objects.create(name=Pulse.WORKER, at=ago(age))
    assert row(scene.account, "worker").state == state


@pytest.mark.parametrize(("age", "state"), [(1, "ok"), (120, "warn"), (3600, "failed")])
def test_a_job_that_waits_for_long_is_told(scene: Scene, age: int, state: str) -> None:
    job = make_job(scene.account)
    Job.objects.update(created_at=ago(age))
    job.refresh_from_db()
    assert (row(scene.account, "queue").state, row(scene.account, "queue").at) == (state, job.created_at)


def test_a_job_that_waits_on_purpose_is_no_failure(scene: Scene) -> None:
    make_job(scene.account)
    Job.objects.update(created_at=ago(3600))
    Account.objects.update(disabled_at=timezone.now())
    assert row(Account.objects.get(), "queue").state == "warn"


def test_questions_answers_and_errors_have_their_moments(
    gateway: RawGateway, account: Account, job: Job
) -> None:
    gateway.answers |= {"CreateJob": [created()], "GetJob": [refused("busy"), told(2)]}
    services.submit(job.pk)
    answered = row(account, "answer").at
    sweep_due()
    assert row(account, "error").state == "warn"
    assert "busy" in row(account, "error").words
    assert row(account, "answer").at == answered
    sweep_due()
    assert row(account, "error").state == "ok"
    assert row(account, "answer").at > answered
    assert row(account, "question").at == row(account, "answer").at
    assert counts(account) == [("PROCESSING", "Processing", 1)]


def test_the_latest_of_counted_answers_counts(scene: Scene) -> None:
    job = make_job(scene.account)
    for age, error in ((5, ""), (60, "Refused: x")):
        GatewayExchange.objects.create(job=job, action="GetJob", last_at=ago(age), exchange={"error": error})
    assert row(scene.account, "question").at == row(scene.account, "answer").at
    assert row(scene.account, "error").state == "ok"


def test_a_callback_is_remembered(scene: Scene, settings: Any) -> None:
    assert "no public address" in str(row(scene.account, "callback").sentence)
    settings.PUBLIC_URL = "https://portal.example"
    job = make_job(scene.account, state=State.COMPLETED)
    token = "a token"
    Attempt.objects.create(job=job, number=1, destination="/x/", callback_token_hash=hash_of(token))
    assert row(scene.account, "callback").state == "warn"
    assert scene.charlie.post(reverse("jobs:callback", args=[token])).status_code == 204
    assert row(scene.account, "callback").state == "ok"
    assert row(scene.account, "callback").at is not None


def test_an_unsure_job_asks_for_a_person(scene: Scene) -> None:
    make_job(scene.account, state=State.UNSURE)
    assert row(scene.account, "undecided").state == "warn"


def test_other_accounts_do_not_count(scene: Scene) -> None:
    job = make_job(set_scene().account, state=State.UNSURE)
    GatewayExchange.objects.create(job=job, action="GetJob", exchange={"error": "Refused: x"})
    called = {"callback_token_hash": "x", "called_at": timezone.now()}
    Attempt.objects.create(job=job, number=1, destination="/x/", **called)
    waiting = make_job(job.account)
    Job.objects.filter(pk=waiting.pk).update(created_at=ago(3600))
    found = [vital for vital in vitals(scene.account) if vital.key != "worker"]
    assert {(vital.state, vital.at) for vital in found} == {("ok", None)}


def test_every_member_sees_the_vitals_and_nobody_else(scene: Scene) -> None:
    make_job(scene.account)
    address = reverse("jobs:account_vitals", args=[scene.account.pk])
    for person in (scene.alice, scene.bob):
        page = person.get(address)
        assert "<html" in page.text
        assert "A job waits for its turn." in page.text
        fragment = person.get(address, headers={"HX-Request": "true"}).text
        assert fragment.lstrip().startswith("<section")
        assert "<time" in fragment
    assert scene.charlie.get(address).status_code == 404
