"""The row of a job: one winner for every change of state, and a line in the history for it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Account, Membership
from jobs import services
from jobs.models import Job, in_seconds
from tests.jobs import rows

State = Job.State


@pytest.fixture
def studio(ann: Any) -> Account:
    return rows.account_of(ann)


@pytest.fixture
def queued(ann: Any, studio: Account) -> Job:
    return rows.wish(ann, studio)


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


def test_jobs_of_a_paused_account_are_neither_ready_nor_due(queued: Job, studio: Account) -> None:
    assert Job.objects.ready().exists()
    Account.objects.update(paused_because="keys")
    assert not Job.objects.ready().exists()
    Job.objects.update(state=State.SUBMITTED, refresh_at=in_seconds(-1))
    assert not Job.objects.due().exists()
    services.resume_account(studio)
    assert Job.objects.due().exists()


def test_a_stranger_sees_no_job(queued: Job, ann: Any) -> None:
    stranger = rows.person("bob")
    assert not Job.objects.for_user(stranger).exists()
    assert Job.objects.for_user(ann).get() == queued


@pytest.mark.parametrize("role", [None, Membership.Role.VIEWER])
def test_who_may_only_look_may_not_submit(studio: Account, role: str | None) -> None:
    bob = rows.person("bob")
    if role:
        Membership.objects.create(account=studio, user=bob, role=role)
    with pytest.raises(PermissionDenied):
        rows.wish(bob, studio)
    assert not Job.objects.exists()


def test_a_submitter_may_submit(studio: Account) -> None:
    bob = rows.person("bob")
    Membership.objects.create(account=studio, user=bob, role=Membership.Role.SUBMITTER)
    assert rows.wish(bob, studio).owner == bob


def test_two_people_may_use_the_same_key(ann: Any, studio: Account) -> None:
    bob = rows.person("bob")
    Membership.objects.create(account=studio, user=bob, role=Membership.Role.OWNER)
    key = uuid.uuid4()
    assert rows.wish(ann, studio, idempotency_key=key) != rows.wish(bob, studio, idempotency_key=key)


def test_the_database_itself_refuses_a_second_job_for_one_form(queued: Job) -> None:
    copy = Job(owner=queued.owner, account=queued.account, idempotency_key=queued.idempotency_key)
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("capability", {"capability": "musicMagic"}),
        ("enlargeLevel", {"params": {"enlargeLevel": 9}}),
        ("destination", {"destination": "/a/../b"}),
        ("output_prefix", {"output_prefix": "x" * 20}),
        ("source", {"source": services.Source(kind="bucket", name="x")}),
        ("source", {"source": services.Source(kind="bucket", path="../x", name="x")}),
        ("source", {"source": services.Source(kind="url", path="a", url="https://b", name="x")}),
    ],
)
def test_what_tmp_would_refuse_is_refused_before(
    ann: Any, studio: Account, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as caught:
        rows.wish(ann, studio, **changes)
    assert field in caught.value.message_dict


def test_a_job_remembers_only_parameters_that_were_set(ann: Any, studio: Account) -> None:
    job = rows.wish(ann, studio, params={"outputType": "4", "splitNum": "", "unknown": "x"})
    assert job.params == {"outputType": 4}
    assert job.destination == "/output/musicBeat"
    assert [(event.to_state, event.note) for event in job.events.all()] == [("QUEUED", "created")]
