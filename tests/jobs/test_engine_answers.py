"""Answers about a job that come late, come slowly, or come for somebody else's turn."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now

from accounts.models import Account
from jobs import services
from jobs.engine import poller, refreshing
from jobs.models import Job, in_seconds
from tests.factories import make_account, make_job
from tests.jobs.raw_gateway import RawGateway, http, told

State = Job.State
BUSY = http(429, {"message": "API rate limit exceeded"}, headers=("Retry-After: 60",))


def submitted(account: Account, **fields: object) -> Job:
    """A job that TMP accepted and that is due."""
    known = {"state": State.SUBMITTED, "tmp_id": "tmp-1", "refresh_at": in_seconds(-1)}
    return make_job(account, **{**known, **fields})


def test_a_job_at_work_is_asked_about_again_without_filling_its_history(
    gateway: RawGateway, account: Account
) -> None:
    job = submitted(account)
    gateway.answers["GetJob"] = [told(2)]
    for _ in range(3):
        Job.objects.update(refresh_at=Now())
        poller.sweep(taking_seconds=0.05)
    job.refresh_from_db()
    assert [event.to_state for event in job.events.all()] == ["QUEUED", "PROCESSING"]
    assert Job.objects.filter(refresh_at__lt=in_seconds(refreshing.ASK_SECONDS / 2)).exists()


def test_a_job_does_not_go_back_to_an_earlier_state(gateway: RawGateway, account: Account) -> None:
    job = submitted(account, state=State.PROCESSING)
    gateway.answers["GetJob"] = [told(1)]
    poller.sweep(taking_seconds=0.05)
    job.refresh_from_db()
    assert (job.state, job.tmp_state) == (State.PROCESSING, 1)


def test_the_longest_due_job_is_asked_about_first(gateway: RawGateway, account: Account) -> None:
    late = submitted(account, refresh_at=in_seconds(-10))
    later = submitted(account, refresh_at=in_seconds(-20))
    assert [work.job for work in refreshing.take_due(1)] == [later]
    assert [work.job for work in refreshing.take_due(1)] == [late]


def test_a_throttled_question_slows_every_job_of_the_account(gateway: RawGateway, account: Account) -> None:
    job, other = submitted(account), submitted(account, tmp_id="tmp-2")
    gateway.answers["GetJob"] = [BUSY]
    work = refreshing.take_due(1)[0]
    work.settle(work.call())
    for each in (job, other):
        assert Job.objects.filter(pk=each.pk, state=State.SUBMITTED, refresh_at__gt=in_seconds(50)).exists()


@pytest.mark.parametrize("answer", [told(2), http(500, {"message": "x"})])
def test_an_answer_about_a_job_that_was_canceled_meanwhile_changes_nothing(
    gateway: RawGateway, account: Account, answer: bytes
) -> None:
    job = submitted(account, state=State.PROCESSING)
    gateway.answers["GetJob"] = [answer]
    (work,) = refreshing.take_due(9)
    assert services.cancel(job)
    before = Job.objects.values().get()
    work.settle(work.call())
    assert Job.objects.values().get() == before


def test_keys_that_do_not_open_stop_no_other_account(
    gateway: RawGateway, account: Account, alice: User
) -> None:
    broken = make_account(alice, endpoint="sandbox", name="broken")
    foreign = Account.objects.get(pk=account.pk).__dict__["gateway_secret_key"]
    Account.objects.filter(pk=broken.pk).update(gateway_secret_key=foreign)
    waiting, moving = submitted(broken), submitted(account)
    gateway.answers["GetJob"] = [told(2)]
    poller.sweep(taking_seconds=0.05)
    waiting.refresh_from_db()
    moving.refresh_from_db()
    assert (waiting.state, waiting.unanswered) == (State.SUBMITTED, 1)
    assert moving.state == State.PROCESSING
