"""Which jobs are taken to be sent, and to which account and day each call counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from accounts.models import Account
from jobs.engine import metering, submitting, taking
from jobs.engine.pacing import Caps
from jobs.models import Job, Limits, Usage, in_seconds
from tests.factories import make_account, make_job
from tests.jobs.raw_gateway import RawGateway, refused
from tests.jobs.working import submit, take_to_send, taken_to_send

State = Job.State
NO_CAPS = Caps(per_second=0.0, in_flight=0, per_day=0, is_stopped=False)


@pytest.fixture
def other(alice: User) -> Account:
    return make_account(alice, endpoint="sandbox")


def used(account: Account, user: User, **fields: Any) -> None:
    Usage.objects.create(account=account, user=user, capability="musicBeat", **fields)


def test_what_another_account_or_another_day_used_takes_no_room(
    account: Account, other: Account, alice: User
) -> None:
    today = metering.today()
    assert metering.used_on(account, today) == 0
    used(account, alice, day=today, calls=3)
    used(account, alice, day=today - timedelta(days=1), calls=50)
    used(other, alice, day=today, calls=700)
    capped = Caps(per_second=0.0, in_flight=0, per_day=10, is_stopped=False)
    assert metering.used_on(account, today) == 3
    assert metering.room_on(today, account, capped) == 7
    assert metering.room_on(today, account, NO_CAPS) > 100_000


def test_places_at_tmp_are_those_of_the_account_and_of_what_is_unsure_just_now(
    account: Account, other: Account
) -> None:
    for each in (account, other, other):
        for state in (State.SUBMITTING, State.UNSURE, State.SUBMITTED, State.QUEUED, State.COMPLETED):
            make_job(each, state=state, tmp_id="t" if state == State.SUBMITTED else "")
    long_ago = make_job(account, state=State.UNSURE)
    Job.objects.filter(pk=long_ago.pk).update(changed_at=in_seconds(-metering.UNSURE_SECONDS - 5))
    capped = Caps(per_second=0.0, in_flight=5, per_day=0, is_stopped=False)
    assert (metering.at_tmp(account), metering.at_tmp(other)) == (3, 6)
    assert metering.room_at_tmp(account, capped) == 2
    assert metering.room_at_tmp(account, NO_CAPS) > 100_000


def test_a_call_that_was_surely_not_accepted_is_given_back_once_and_alone(
    gateway: RawGateway, account: Account, job: Job
) -> None:
    gateway.answers["CreateJob"] = [refused("no")]
    make_job(account)
    first, second = taken_to_send(account)
    assert metering.used_on(account, metering.today()) == 2
    for _ in range(2):
        metering.not_accepted(first.job, first.attempt)
    assert metering.used_on(account, metering.today()) == 1
    metering.accepted(second.job, second.attempt)
    metering.not_accepted(second.job, second.attempt)
    (row,) = Usage.objects.filter(account=account)
    assert (row.calls, row.songs) == (1, 1)


def test_accounts_with_something_to_send_are_named_once_and_stopped_ones_not(
    account: Account, other: Account, alice: User
) -> None:
    idle = make_account(alice, endpoint="sandbox")
    make_job(idle, state=State.COMPLETED)
    for each in (account, account, other):
        make_job(each)
    assert sorted(taking.ready_accounts()) == sorted([account.pk, other.pk])
    Limits.objects.update_or_create(account=other, defaults={"stopped_at": timezone.now()})
    assert taking.ready_accounts() == [account.pk]


def test_the_longest_waiting_jobs_of_the_account_alone_are_taken_and_leased(
    gateway: RawGateway, account: Account, other: Account, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://portal.example.com"
    make_job(other)
    late, early, latest = (make_job(account) for _ in range(3))
    Job.objects.filter(pk=early.pk).update(created_at=in_seconds(-60))
    Job.objects.filter(pk=latest.pk).update(created_at=in_seconds(60))
    taken = taken_to_send(account, most=2)
    assert [each.job.pk for each in taken] == [early.pk, late.pk]
    for each in taken:
        row = Job.objects.get(pk=each.job.pk)
        assert (row.state, row.events.last().note) == (State.SUBMITTING, "taken")
        lease = (row.lease_until - timezone.now()).total_seconds()
        assert settings.LEASE_SECONDS - 10 < lease <= settings.LEASE_SECONDS
        assert each.request is not None and each.gateway is not None and each.trouble is None
        assert each.request.callback.startswith("https://portal.example.com/")
    assert len({each.request.callback for each in taken if each.request}) == 2
    assert Job.objects.get(pk=latest.pk).state == State.QUEUED


@pytest.mark.parametrize("most", [0, -1])
def test_nothing_is_taken_where_nothing_may_be(account: Account, job: Job, most: int) -> None:
    assert taken_to_send(account, most=most) == []
    assert metering.used_on(account, metering.today()) == 0


def test_one_place_left_is_one_job(gateway: RawGateway, account: Account) -> None:
    for _ in range(3):
        make_job(account)
    Limits.objects.update_or_create(account=account, defaults={"jobs_in_flight": 1})
    assert len(taken_to_send(account)) == 1
    assert taken_to_send(account) == []


def test_what_fits_no_request_is_told_with_the_kind_of_error_and_never_sent(
    gateway: RawGateway, account: Account
) -> None:
    job = make_job(account, capability="gone")
    taken = take_to_send(job)
    assert taken is not None and taken.trouble is not None
    assert isinstance(taken.trouble, submitting.NotSent)
    assert (taken.trouble.kind, taken.trouble.words, taken.trouble.for_good) == ("Unfit", "KeyError", True)
    submit(make_job(account, capability="gone"))
    assert gateway.asked == {}


def test_keys_that_do_not_open_are_told_and_the_job_waits(
    gateway: RawGateway, account: Account, other: Account
) -> None:
    foreign = Account.objects.get(pk=other.pk).__dict__["gateway_secret_key"]
    Account.objects.filter(pk=account.pk).update(gateway_secret_key=foreign)
    job = make_job(Account.objects.get(pk=account.pk))
    submit(job)
    assert (job.state, job.error_kind, gateway.asked) == (State.QUEUED, "CannotOpen", {})
