"""Many jobs at once: one winner for each move, and books that are right after any sequence of them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from jobs.engine.pausing import resume_account
from jobs.models import Job, JobEvent, Move, Refresh, Tally, enter, move_many, remove
from tests.factories import make_account, make_job
from tests.jobs.connections import at_once

State = Job.State


@pytest.fixture
def account(alice: User) -> Account:
    return make_account(alice)


def at_tmp(account: Account, count: int, state: str = State.SUBMITTED) -> list[Job]:
    return [make_job(account, state=state, tmp_id=f"tmp-{number}") for number in range(count)]


def move(job: Job, to: str, from_: str = State.SUBMITTED, **fields: Any) -> Move:
    return Move(job_id=job.pk, account_id=job.account_id, from_=from_, to=to, **fields)


def books_are_right(*accounts: Account) -> bool:
    """Whether tallies, schedules and histories tell what the jobs themselves tell."""
    jobs = Job.objects.filter(account__in=accounts)
    asked = set(jobs.filter(state__in=Job.REFRESHED).values_list("pk", flat=True))
    return (
        Tally.objects.counts(account.pk for account in accounts) == jobs.counts()
        and set(Refresh.objects.values_list("pk", flat=True)) == asked
        and all(job.events.last().to_state == job.state for job in jobs)
    )


def test_moves_that_set_different_things_are_made_together(account: Account) -> None:
    ended, failed, going = at_tmp(account, 3)
    answer = {"text": "名", "list": [1, None, 2.5], "quote": "it's"}
    moves = [
        move(ended, State.COLLECTING, note="finished_at_tmp", values={"tmp_state": 3, "raw_answer": answer}),
        move(
            failed,
            State.ERROR,
            note="failed_at_tmp",
            detail={"files": ["a"]},
            values={"tmp_state": 4, "error_words": '10004, "Engine" {Error}\'', "raw_answer": None},
        ),
        move(going, State.PROCESSING, values={"tmp_state": 2}),
    ]
    assert move_many(moves) == {job.pk for job in (ended, failed, going)}
    for job in (ended, failed, going):
        before = job.changed_at
        job.refresh_from_db()
        assert job.changed_at >= before and job.refreshed_at is not None
    assert (ended.state, ended.tmp_state, ended.raw_answer) == (State.COLLECTING, 3, answer)
    assert Job.objects.expired().get() == ended
    assert (failed.error_words, failed.raw_answer) == ('10004, "Engine" {Error}\'', None)
    assert failed.ended_at is not None and ended.ended_at is None and going.ended_at is None
    assert failed.events.last().detail == {"files": ["a"]}
    assert (going.state, going.lease_until) == (State.PROCESSING, None)
    assert list(Refresh.objects.values_list("pk", flat=True)) == [going.pk]
    assert books_are_right(account)


def test_a_move_of_a_job_that_went_on_is_lost_and_leaves_no_trace(account: Account) -> None:
    quick, slow = at_tmp(account, 2)
    assert quick.move(State.SUBMITTED, State.CANCELED)
    assert move_many([move(job, State.PROCESSING) for job in (quick, slow)]) == {slow.pk}
    assert [event.to_state for event in quick.events.all()] == ["SUBMITTED", "CANCELED"]
    assert books_are_right(account)


def test_nothing_to_move_is_no_trouble(db: None) -> None:
    assert move_many([]) == set()
    assert remove(Job.objects.all()) == 0
    enter([], note="created")


def test_a_final_state_is_not_left_in_company_either(account: Account) -> None:
    going, ended = at_tmp(account, 1) + at_tmp(account, 1, State.COMPLETED)
    with pytest.raises(ValueError, match="final"):
        move_many([move(going, State.PROCESSING), move(ended, State.ERROR, from_=State.COMPLETED)])
    assert Job.objects.counts() == {"SUBMITTED": 1, "COMPLETED": 1}


@pytest.mark.parametrize("first", [State.PROCESSING, State.COLLECTING])
def test_two_answers_about_one_job_are_one_move(account: Account, first: str) -> None:
    (job,) = at_tmp(account, 1)
    assert move_many([move(job, first, values={"tmp_state": 2}), move(job, State.COLLECTING)]) == {job.pk}
    assert [event.to_state for event in job.events.all()] == ["SUBMITTED", "COLLECTING"]
    assert books_are_right(account)


def test_of_two_who_move_the_same_jobs_each_job_has_one_winner(
    many_connections: None, account: Account
) -> None:
    jobs = at_tmp(account, 40)
    won: list[set[UUID]] = []
    with at_once(2, lambda: won.append(move_many([move(job, State.PROCESSING) for job in jobs]))):
        pass
    assert len(won[0] | won[1]) == 40 and not won[0] & won[1]
    assert JobEvent.objects.filter(to_state=State.PROCESSING).count() == 40
    assert books_are_right(account)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "move", "move many", "remove", "fold"]),
        st.sampled_from(State.values),
        st.sampled_from(State.values),
        st.integers(0, 1),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_tallies_are_right_after_any_sequence(
    steps: list[tuple[str, str, str, int]], alice: User, account: Account
) -> None:
    accounts = [account, make_account(alice)]
    for word, here, there, number in steps:
        take_step(word, here, there, accounts[number])
    assert books_are_right(*accounts)
    Tally.objects.fold()
    assert books_are_right(*accounts)
    remove(Job.objects.all())
    assert books_are_right(*accounts)


def take_step(word: str, here: str, there: str, account: Account) -> None:
    jobs = Job.objects.filter(account=account, state=here)
    if word == "enter":
        known = {"account": account, "owner": account.members.get(), "tmp_id": "tmp"}
        enter([Job(state=here, **known), Job(state=there, **known)], note="created")
    elif word == "move" and here not in Job.FINAL:
        for job in jobs[:2]:
            job.move(here, there)
    elif word == "move many" and here in Job.REFRESHED:
        move_many([move(job, there, from_=here) for job in jobs])
    elif word == "remove":
        remove(jobs[:1])
    elif word == "fold":
        Tally.objects.fold()


def test_folding_leaves_one_row_for_each_state_and_none_for_nothing(account: Account) -> None:
    (job,) = at_tmp(account, 1)
    for from_, to in ((State.SUBMITTED, State.PROCESSING), (State.PROCESSING, State.COLLECTING)):
        assert job.move(from_, to)
    assert Tally.objects.count() > 1
    Tally.objects.fold()
    assert [(row.state, row.delta) for row in Tally.objects.all()] == [("COLLECTING", 1)]
    remove(Job.objects.all())
    Tally.objects.fold()
    assert not Tally.objects.exists()


def test_two_that_fold_at_once_lose_nothing_and_count_nothing_twice(
    many_connections: None, account: Account
) -> None:
    jobs = at_tmp(account, 30)
    for _ in range(4):
        with at_once(2, Tally.objects.fold):
            for job in jobs[:5]:
                job.refresh_from_db()
                there = State.PROCESSING if job.state == State.SUBMITTED else State.SUBMITTED
                assert job.move(job.state, there)
    assert books_are_right(account)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite writes rows one by one")
def test_many_moves_cost_no_more_statements_than_one(account: Account) -> None:
    made = []
    for count in (1, 30):
        moves = [move(job, State.COLLECTING, values={"tmp_state": 3}) for job in at_tmp(account, count)]
        with CaptureQueriesContext(connection) as queries:
            assert len(move_many(moves)) == count
        made.append(len(queries))
    assert made[0] == made[1]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
def test_who_lets_jobs_go_on_waits_for_the_first_of_them_and_holds_no_other(
    many_connections: None, account: Account
) -> None:
    (asked,), queued = at_tmp(account, 1), [make_job(account) for _ in range(5)]
    first, *others = sorted(queued, key=lambda job: job.pk)

    def let_go_on() -> int:
        with closing(connection):
            return resume_account(account)

    with ThreadPoolExecutor(1) as hand:
        with transaction.atomic():
            Job.objects.filter(pk=first.pk).update(unanswered=1)
            going_on = hand.submit(let_go_on)
            wait_until_somebody_waits()
            # Whoever held one of these by now would wait for us, and we for him.
            Job.objects.filter(pk__in=[job.pk for job in others]).update(unanswered=1)
            Refresh.objects.filter(pk=asked.pk).update(unanswered=1)
        assert going_on.result(30) == 6
    assert not Job.objects.filter(unanswered=1).exists()


def wait_until_somebody_waits() -> None:
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
            if cursor.fetchone():
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")
