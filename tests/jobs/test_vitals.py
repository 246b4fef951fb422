"""What the jobs of an account tell of its health: a row, a state, a sentence and an age each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.links import hash_of
from accounts.models import Account
from jobs import tasks
from jobs.models import Attempt, GatewayExchange, Job, Pulse, Refresh, in_seconds
from jobs.vitals import Vital, counts, vitals
from tests.factories import make_job
from tests.jobs.raw_gateway import RawGateway, created, refused, told
from tests.jobs.scene import Scene, set_scene
from tests.jobs.working import submit, take, work_on

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


def test_a_turn_of_the_engine_is_a_sign_of_life(scene: Scene) -> None:
    turn, _ = take()
    assert row(scene.account, "worker").state == "ok"
    before = Pulse.objects.get().at
    for each in (turn, None):
        take(each)
        assert Pulse.objects.get().at == before
    Pulse.objects.update(at=in_seconds(-6))
    take()
    assert Pulse.objects.get().at >= before


def test_the_scheduler_is_no_worker(scene: Scene) -> None:
    tasks.sweep()
    assert row(scene.account, "worker").state == "failed"
    assert Pulse.objects.get().name == Pulse.SWEEP


@pytest.mark.parametrize(("age", "state"), [(1, "ok"), (30, "warn"), (3600, "failed")])
def test_a_worker_that_was_not_seen_is_missed(scene: Scene, age: int, state: str) -> None:
    Pulse.objects.create(name=Pulse.engine(), at=ago(age))
    assert row(scene.account, "worker").state == state


def test_one_worker_at_work_is_enough(scene: Scene) -> None:
    for name, age in (("one", 3600), ("other", 1)):
        Pulse.objects.create(name=f"{Pulse.ENGINES}{name}", at=ago(age))
    assert row(scene.account, "worker").state == "ok"


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


@pytest.mark.django_db(transaction=True)
def test_questions_answers_and_errors_have_their_moments(
    gateway: RawGateway, account: Account, job: Job
) -> None:
    gateway.answers |= {"CreateJob": [created()], "GetJob": [refused("busy"), told(2)]}
    submit(job)
    answered = row(account, "answer").at
    work_on(job)
    assert row(account, "error").state == "warn"
    assert "busy" in row(account, "error").words
    assert row(account, "answer").at == answered
    assert row(account, "question").at > answered
    work_on(job)
    assert row(account, "error").state == "ok"
    assert row(account, "answer").at > answered
    assert counts(account) == [("PROCESSING", "Processing", 1)]


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_says_nothing_new_counts_though_it_is_not_kept(
    gateway: RawGateway, account: Account, job: Job
) -> None:
    gateway.answers |= {"CreateJob": [created()], "GetJob": [told(2)]}
    submit(job)
    work_on(job)
    kept, before = job.exchanges.count(), {key: row(account, key).at for key in ("question", "answer")}
    work_on(job)
    assert job.exchanges.count() == kept
    assert all(row(account, key).at > before[key] for key in before)
    assert "how a job is doing" in str(row(account, "question").sentence)


@pytest.mark.django_db(transaction=True)
def test_a_question_that_is_still_open_is_no_answer(gateway: RawGateway, account: Account, job: Job) -> None:
    gateway.answers |= {"CreateJob": [created()], "GetJob": [b""]}
    submit(job)
    answered = row(account, "answer").at
    Refresh.objects.update(due_at=in_seconds(0))
    turn, taken = take()
    assert taken.questions
    assert row(account, "question").at > answered
    assert row(account, "answer").at == answered
    work_on(job)
    assert row(account, "answer").at == answered
    assert row(account, "error").state == "warn"


def test_the_latest_answer_counts(scene: Scene) -> None:
    job = make_job(scene.account)
    for age, error in ((5, ""), (60, "Refused: x")):
        GatewayExchange.objects.create(job=job, action="GetJob", at=ago(age), exchange={"error": error})
    assert row(scene.account, "question").at == row(scene.account, "answer").at
    assert row(scene.account, "error").state == "ok"


def test_a_callback_is_remembered(scene: Scene, settings: Any) -> None:
    assert "no public address" in str(row(scene.account, "callback").sentence)
    settings.PUBLIC_URL = "https://portal.example"
    for state, token in ((State.COMPLETED, "unused"), (State.PROCESSING, "a-token")):
        job = make_job(scene.account, state=state)
        Attempt.objects.create(job=job, number=1, destination="/x/", callback_token_hash=hash_of(token))
    assert row(scene.account, "callback").state == "warn"
    assert scene.charlie.post(reverse("jobs:callback", args=["a-token"])).status_code == 204
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
