"""What a first contact taught about TMP's words is obeyed by the engine."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from accounts.models import Account
from jobs import services
from jobs.models import Job
from tests.factories import make_account, make_job
from tests.jobs.raw_gateway import RawGateway, created, refused
from tests.jobs.working import submit
from tests.jobs.working import work_on as ask

State = Job.State
WRONG_KEY, UNKNOWN = "secret does not match", "job not found"


@pytest.fixture
def account(account: Account) -> Account:
    """An account whose first contact heard both words."""
    return teach(account, wrong_key_words=WRONG_KEY, unknown_job_words=UNKNOWN)


def teach(account: Account, **lessons: Any) -> Account:
    Account.objects.filter(pk=account.pk).update(lessons=lessons)
    account.refresh_from_db()
    return account


@pytest.fixture
def sent(gateway: RawGateway, job: Job) -> Job:
    """A job that TMP accepted."""
    gateway.answers["CreateJob"] = [created()]
    submit(job)
    return job


def test_words_of_a_wrong_key_pause_the_account_and_the_job_waits(
    gateway: RawGateway, account: Account, job: Job
) -> None:
    gateway.answers["CreateJob"] = [refused(WRONG_KEY), created()]
    submit(job)
    account.refresh_from_db()
    assert (account.paused_because, job.state, job.error_words) == (WRONG_KEY, State.QUEUED, "")
    assert ask(job).state == State.QUEUED
    assert gateway.asked["CreateJob"] == 1
    services.resume_account(account)
    submit(job)
    assert job.state == State.SUBMITTED


def test_words_of_a_wrong_key_at_a_question_harm_no_job(
    gateway: RawGateway, account: Account, sent: Job
) -> None:
    gateway.answers["GetJob"] = [refused(WRONG_KEY)]
    for _ in range(6):
        assert ask(sent).state == State.SUBMITTED
    account.refresh_from_db()
    assert account.paused_because == WRONG_KEY
    assert gateway.asked["GetJob"] == 1


def test_words_of_an_unknown_job_are_believed_at_once(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [refused(UNKNOWN)]
    assert ask(sent).state == State.ERROR
    assert (sent.failed_in, sent.error_words) == ("refresh", UNKNOWN)


def test_the_job_that_the_words_speak_of_makes_no_difference(
    gateway: RawGateway, account: Account, sent: Job
) -> None:
    teach(account, unknown_job_words="job 1f0c9f0e-7a6b-4c57-9d3e-2b6f0a9e8d11 not found")
    gateway.answers["GetJob"] = [refused("job tmp-1 not found")]
    assert ask(sent).state == State.ERROR


@pytest.mark.parametrize(
    "lessons",
    [{}, {"unknown_job_words": "other words"}, {"unknown_job_words": ""}, {"unknown_job_words": None}],
)
def test_words_that_were_not_learned_are_believed_the_fifth_time(
    lessons: dict[str, Any], gateway: RawGateway, account: Account, sent: Job
) -> None:
    teach(account, **lessons)
    gateway.answers["GetJob"] = [refused(UNKNOWN)]
    for _ in range(4):
        assert ask(sent).state == State.SUBMITTED
    assert ask(sent).state == State.ERROR


def test_words_that_mean_both_teach_nothing(gateway: RawGateway, account: Account, sent: Job) -> None:
    teach(account, wrong_key_words="invalid request", unknown_job_words="invalid request")
    gateway.answers["GetJob"] = [refused("invalid request")]
    assert ask(sent).state == State.SUBMITTED
    account.refresh_from_db()
    assert account.paused_because == ""


def test_another_refusal_still_ends_a_job(gateway: RawGateway, account: Account, job: Job) -> None:
    gateway.answers["CreateJob"] = [refused("drumType out of range")]
    submit(job)
    account.refresh_from_db()
    assert (job.state, account.paused_because) == (State.ERROR, "")


def test_a_refusal_without_words_says_nothing_of_keys_whose_words_were_never_heard(
    gateway: RawGateway, account: Account, job: Job
) -> None:
    teach(account, unknown_job_words=UNKNOWN)
    gateway.answers["CreateJob"] = [refused("")]
    submit(job)
    account.refresh_from_db()
    assert (job.state, account.paused_because) == (State.ERROR, "")


def test_one_account_learns_nothing_from_another(gateway: RawGateway, account: Account, alice: User) -> None:
    job = make_job(make_account(alice, endpoint="sandbox"))
    gateway.answers["CreateJob"] = [refused(WRONG_KEY)]
    submit(job)
    assert job.state == State.ERROR
