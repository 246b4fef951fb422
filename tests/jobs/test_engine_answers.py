"""Answers about a job that come late, come slowly, or come for somebody else's turn."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from accounts.models import Account
from jobs import services
from jobs.engine import claiming
from jobs.models import Job, Refresh, in_seconds
from tests.factories import make_account, make_job
from tests.jobs.raw_gateway import RawGateway, http, told
from tests.jobs.working import carry, finish, make_due, take, work, work_on

State = Job.State
BUSY = http(429, {"message": "API rate limit exceeded"}, headers=("Retry-After: 60",))


def submitted(account: Account, **fields: object) -> Job:
    """A job that TMP accepted and that is due."""
    known = {"state": State.SUBMITTED, "tmp_id": "tmp-1"}
    return make_job(account, **{**known, **fields})


def test_a_job_at_work_is_asked_about_again_without_filling_its_history(
    gateway: RawGateway, account: Account
) -> None:
    job = submitted(account)
    gateway.answers["GetJob"] = [told(2)]
    for _ in range(3):
        work_on(job)
    assert [event.to_state for event in job.events.all()] == ["SUBMITTED", "PROCESSING"]
    assert (job.refresh.asked, gateway.asked["GetJob"]) == (3, 3)
    assert [exchange.number for exchange in job.exchanges.all()] == [1]


def test_a_job_does_not_go_back_to_an_earlier_state(gateway: RawGateway, account: Account) -> None:
    job = submitted(account, state=State.PROCESSING)
    gateway.answers["GetJob"] = [told(1)]
    work_on(job)
    assert (job.state, job.tmp_state) == (State.PROCESSING, 1)


def test_the_longest_due_job_is_asked_about_first(gateway: RawGateway, account: Account) -> None:
    late, later = submitted(account), submitted(account)
    for job, seconds in ((late, -10), (later, -20)):
        Refresh.objects.filter(pk=job.pk).update(due_at=in_seconds(seconds))
    claimed = [claiming.claim({account.pk: 20.0}, most=1)[0].job_id for _ in range(2)]
    assert claimed == [later.pk, late.pk]


def test_a_throttled_question_slows_every_job_of_the_account(gateway: RawGateway, account: Account) -> None:
    job, other = submitted(account), submitted(account, tmp_id="tmp-2")
    gateway.answers["GetJob"] = [BUSY]
    Refresh.objects.filter(pk=other.pk).update(due_at=in_seconds(60))
    work_on(job)
    for _ in range(3):
        make_due(job, other)
        work()
    assert gateway.asked["GetJob"] == 1
    assert Job.objects.filter(state=State.SUBMITTED).count() == 2


@pytest.mark.parametrize("answer", [told(2), http(500, {"message": "x"})])
def test_an_answer_about_a_job_that_was_canceled_meanwhile_changes_nothing(
    gateway: RawGateway, account: Account, answer: bytes
) -> None:
    job = submitted(account, state=State.PROCESSING)
    gateway.answers["GetJob"] = [answer]
    turn, taken = take()
    assert len(taken.questions) == 1
    assert services.cancel(job)
    before = Job.objects.values().get()
    carry(turn, taken)
    assert finish(turn).finished == []
    assert Job.objects.values().get() == before
    assert not Refresh.objects.exists()


def test_keys_that_do_not_open_stop_no_other_account(
    gateway: RawGateway, account: Account, alice: User
) -> None:
    broken = make_account(alice, endpoint="sandbox", name="broken")
    foreign = Account.objects.get(pk=account.pk).__dict__["gateway_secret_key"]
    Account.objects.filter(pk=broken.pk).update(gateway_secret_key=foreign)
    waiting, moving = submitted(broken), submitted(account)
    gateway.answers["GetJob"] = [told(2)]
    work()
    waiting.refresh_from_db()
    moving.refresh_from_db()
    assert (waiting.state, waiting.refresh.unanswered) == (State.SUBMITTED, 1)
    assert moving.state == State.PROCESSING
