"""The row of a job: one winner for every change of state, and a line in the history for it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from accounts.models import Account
from jobs import services
from jobs.models import Job, in_seconds
from tests.factories import make_account, make_job
from tests.jobs.working import make_due, take

State = Job.State


@pytest.fixture
def studio(alice: User) -> Account:
    return make_account(alice, endpoint="sandbox")


@pytest.fixture
def queued(studio: Account) -> Job:
    return make_job(studio)


def test_only_one_of_two_gets_the_row(queued: Job) -> None:
    twin = Job.objects.get(pk=queued.pk)
    assert queued.move(State.QUEUED, State.SUBMITTING, lease=60)
    assert not twin.move(State.QUEUED, State.SUBMITTING, lease=60)
    assert (queued.fence, queued.events.count()) == (1, 2)


def test_a_writer_whose_token_is_old_is_refused(queued: Job) -> None:
    queued.move(State.QUEUED, State.SUBMITTING, lease=60)
    assert not queued.move(State.SUBMITTING, State.SUBMITTED, fence=0)
    assert queued.move(State.SUBMITTING, State.SUBMITTED, fence=1, note="accepted")
    assert queued.lease_until is None
    assert queued.events.last().note == "accepted"


@pytest.mark.parametrize("final", Job.FINAL)
def test_a_final_state_is_never_left(queued: Job, final: str) -> None:
    queued.move(State.QUEUED, final)
    assert queued.ended_at is not None
    with pytest.raises(ValueError, match="final"):
        queued.move(final, State.QUEUED)
    assert not services.cancel(queued)
    assert not services.ask_again(queued)
    assert not services.send_again(queued)


def test_a_lease_is_over_by_the_database_s_clock(queued: Job) -> None:
    queued.move(State.QUEUED, State.SUBMITTING, lease=60)
    assert not Job.objects.expired().exists()
    Job.objects.update(lease_until=in_seconds(-0.01))
    assert Job.objects.expired().get() == queued


def test_jobs_of_a_paused_account_are_neither_sent_nor_asked_about(queued: Job, studio: Account) -> None:
    assert Job.objects.ready().exists()
    Account.objects.update(paused_because="keys")
    assert not Job.objects.ready().exists()
    make_job(studio, state=State.SUBMITTED)
    make_due(*Job.objects.all())
    assert not take()[1].questions
    services.resume_account(studio)
    assert len(take()[1].questions) == 1


def test_a_stranger_sees_no_job(queued: Job, alice: User, charlie: User) -> None:
    assert not Job.objects.for_user(charlie).exists()
    assert Job.objects.for_user(alice).get() == queued


def test_the_database_itself_refuses_a_second_job_for_one_form(queued: Job) -> None:
    copy = Job(owner=queued.owner, account=queued.account, idempotency_key=queued.idempotency_key)
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
