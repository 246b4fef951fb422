"""Who takes a question reschedules it, alone: none is handed out twice, and none is forgotten."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.contrib.auth.models import User

from accounts.models import Account
from jobs.engine import claiming
from jobs.engine.claiming import Claim
from jobs.models import Job, Refresh, in_seconds
from tests.factories import make_account, make_job
from tests.jobs.connections import at_once

State = Job.State


@pytest.fixture
def account(alice: User) -> Account:
    return make_account(alice)


def at_tmp(account: Account, count: int) -> list[Job]:
    """Jobs that TMP has, due since a moment ago."""
    jobs = [make_job(account, state=State.SUBMITTED, tmp_id=f"tmp-{number}") for number in range(count)]
    Refresh.objects.filter(account=account).update(due_at=in_seconds(-1))
    return jobs


def claim(account: Account, most: int = 1000, seconds: float = 100.0, *, early: bool = False) -> list[Claim]:
    return claiming.claim({account.pk: seconds}, most=most, early=early)


def due(account: Account) -> set[UUID]:
    return set(Refresh.objects.filter(due_at__lte=in_seconds(0)).values_list("pk", flat=True))


def test_no_question_is_handed_out_twice(many_connections: None, account: Account) -> None:
    jobs = at_tmp(account, 120)
    claimed: list[Claim] = []

    def work() -> None:
        while taken := claim(account, most=7):
            claimed.extend(taken)

    with at_once(3, work):
        pass
    assert len(claimed) == len(jobs)
    assert {each.job_id for each in claimed} == {job.pk for job in jobs}
    assert set(Refresh.objects.values_list("asked", flat=True)) == {1}


def test_a_question_is_due_again_after_its_interval_less_a_twentieth_at_most(account: Account) -> None:
    at_tmp(account, 200)
    assert len(claim(account, seconds=1000.0)) == 200
    waits = [(row.due_at - row.asked_at).total_seconds() for row in Refresh.objects.all()]  # type: ignore[operator]
    assert all(1000.0 * (1 - claiming.JITTER) - 0.01 <= wait <= 1000.0 for wait in waits)
    assert max(waits) - min(waits) > 1000.0 * claiming.JITTER / 2


def test_every_account_has_an_interval_of_its_own(account: Account, alice: User) -> None:
    slow, idle = make_account(alice), make_account(alice)
    for each in (account, slow, idle):
        at_tmp(each, 2)
    taken = claiming.claim({account.pk: 10.0, slow.pk: 1000.0}, most=9)
    assert {each.account_id for each in taken} == {account.pk, slow.pk}
    assert Refresh.objects.filter(account=account, due_at__lte=in_seconds(10)).count() == 2
    assert Refresh.objects.filter(account=slow, due_at__gt=in_seconds(900)).count() == 2
    assert due(idle) == set(Refresh.objects.filter(account=idle).values_list("pk", flat=True))


def test_a_claim_tells_what_the_last_questions_brought(account: Account) -> None:
    (job,) = at_tmp(account, 1)
    Refresh.objects.update(asked=4, unanswered=2, refused=1, mark="0123456789abcdef")
    (taken,) = claim(account)
    assert taken == Claim(
        job_id=job.pk,
        account_id=account.pk,
        tmp_id="tmp-0",
        number=5,
        unanswered=2,
        refused=1,
        mark="0123456789abcdef",
    )


@pytest.mark.parametrize("early", [False, True])
def test_what_waits_for_a_person_is_not_taken_however_early(account: Account, early: bool) -> None:
    waiting, later = at_tmp(account, 2)
    Refresh.objects.filter(pk=waiting.pk).update(due_at=None)
    Refresh.objects.filter(pk=later.pk).update(due_at=in_seconds(50))
    assert [each.job_id for each in claim(account, early=early)] == ([later.pk] if early else [])


def test_nothing_is_taken_where_nothing_is_wanted(account: Account) -> None:
    at_tmp(account, 1)
    assert claim(account, most=0) == claim(account, most=-3) == claiming.claim({}, most=9) == []
    assert claiming.count_due(account.pk) == 1


def test_what_is_due_is_counted_for_each_account_alone(account: Account, alice: User) -> None:
    later, *_ = at_tmp(account, 3)
    Refresh.objects.filter(pk=later.pk).update(due_at=in_seconds(50))
    other = make_account(alice)
    at_tmp(other, 1)
    assert (claiming.count_due(account.pk), claiming.count_due(other.pk)) == (2, 1)


def test_a_question_that_brought_nothing_is_put_off(account: Account) -> None:
    soon, late, waiting = at_tmp(account, 3)
    Refresh.objects.filter(pk=waiting.pk).update(due_at=None)
    claiming.put_off([(soon.pk, 0.0, 1, 0), (late.pk, 60.0, 0, 3), (waiting.pk, 0.0, 1, 0)])
    claiming.put_off([])
    assert due(account) == {soon.pk}
    assert Refresh.objects.filter(pk=late.pk, due_at__gt=in_seconds(50), unanswered=0, refused=3).exists()
    assert Refresh.objects.filter(pk=waiting.pk, due_at=None, unanswered=0).exists()


def test_an_answer_that_was_read_ends_what_was_amiss(account: Account) -> None:
    job, other = at_tmp(account, 2)
    Refresh.objects.update(unanswered=3, refused=2)
    claiming.remember([(job.pk, "mark")])
    claiming.remember([])
    told = Refresh.objects.values_list("mark", "unanswered", "refused")
    assert (told.get(pk=job.pk), told.get(pk=other.pk)) == (("mark", 0, 0), ("", 3, 2))


def test_the_jobs_at_tmp_are_counted_by_account(account: Account, alice: User) -> None:
    other = make_account(alice)
    at_tmp(account, 3)
    at_tmp(other, 1)
    make_job(other)
    assert claiming.live_accounts() == {account.pk: 3, other.pk: 1}
