"""What may be done with a job in which state, and what it does: retry, give up, delete."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from accounts.models import Account, Membership
from jobs import services
from jobs.actions import POSSIBLE, Action, is_possible, possible
from jobs.models import Attempt, Batch, Job, JobEvent, Refresh, Tally
from tests.factories import make_account, make_job, make_membership

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture
def account(alice):
    return make_account(alice)


def failed(account, **fields):
    return make_job(account, **{"state": State.ERROR, "error_kind": "Refused", **fields})


def test_every_action_is_in_the_table_and_no_final_state_is_left_by_any():
    assert set(POSSIBLE) == set(Action)
    leaving = set(Action) - {Action.RETRY, Action.DUPLICATE, Action.DELETE, Action.READ_AGAIN}
    assert all(POSSIBLE[action].isdisjoint(Job.FINAL) for action in leaving)


@pytest.mark.parametrize("state", State)
def test_a_person_can_do_something_in_every_state(account, state):
    assert possible(make_job(account, state=state, raw_answer={}))


@pytest.mark.parametrize("state", [State.ERROR, State.CANCELED, State.GAVE_UP])
def test_a_retry_is_a_new_job_that_follows_the_ended_one(account, alice, bob, state):
    make_membership(account, bob, Membership.Role.SUBMITTER)
    batch = Batch.objects.create(account=account, owner=alice, capability="musicBeat")
    wish = {
        "batch": batch,
        "position": 7,
        "label": "for the trailer",
        "output_prefix": "a-",
        "timeout": 60,
        "params": {"outputType": 4},
    }
    old = failed(account, state=state, tmp_id="tmp-1", **wish)
    new = services.retry(old, bob)
    new.refresh_from_db()
    assert (new.state, new.follows, new.owner, new.tmp_id) == (State.QUEUED, old, bob, "")
    same = ("account", "batch", "position", "label", "params", "source_path", "source_name", "destination")
    assert all(getattr(new, name) == getattr(old, name) for name in same)
    assert [event.note for event in new.events.all()] == ["retried"]
    old.refresh_from_db()
    assert old.state == state
    assert Tally.objects.counts([account.pk]) == {state: 1, State.QUEUED: 1}


def test_however_often_it_is_retried_a_job_has_one_successor(account, alice):
    old = failed(account)
    first = services.retry(old, alice)
    assert services.retry(old, alice) == first
    assert services.retry_many([old, old], alice) == []
    assert Job.objects.count() == 2


@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share the database in memory")
@pytest.mark.django_db(transaction=True)
def test_two_people_who_retry_at_the_same_moment_make_one_job(account, alice):
    old = failed(account)
    together = Barrier(2)

    def click():
        try:
            together.wait(timeout=10)
            return services.retry(old, alice).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        clicks = [pool.submit(click) for _ in range(2)]
        assert len({click.result(timeout=30) for click in clicks}) == 1
    assert Job.objects.filter(follows=old).count() == 1


def test_a_retry_that_failed_is_retried_in_its_turn(account, alice):
    first = failed(account)
    second = services.retry(first, alice)
    assert second.move(State.QUEUED, State.CANCELED)
    assert services.retry(second, alice).follows == second
    assert services.retry(first, alice) == second


def test_of_a_selection_those_are_retried_that_can_be(account, alice):
    jobs = [
        failed(account, position=1),
        make_job(account),
        make_job(account, state=State.UNSURE),
        make_job(account, state=State.COMPLETED),
        make_job(account, state=State.CANCELED, source_kind=Job.SourceKind.ADOPTED),
        failed(account, is_verification=True),
        failed(account, position=2),
    ]
    made = services.retry_many(jobs, alice)
    assert [job.position for job in made] == [1, 2]
    assert not any(is_possible(Action.RETRY, job) for job in jobs[1:-1])
    with pytest.raises(ValidationError):
        services.retry(jobs[2], alice)


def test_who_may_not_submit_may_not_retry(account, bob, charlie):
    make_membership(account, bob, Membership.Role.VIEWER)
    old = failed(account)
    for person in (bob, charlie):
        with pytest.raises(PermissionDenied):
            services.retry(old, person)
    assert Job.objects.count() == 1


def test_an_account_that_makes_no_new_jobs_retries_none(account, alice):
    Account.objects.update(disabled_at=timezone.now())
    with pytest.raises(ValidationError):
        services.retry(failed(Account.objects.get()), alice)


@pytest.mark.parametrize("state", State)
def test_to_give_up_ends_the_questions_about_a_job_that_tmp_has(account, state):
    job = make_job(account, state=state)
    assert services.give_up(job) is (state in Job.REFRESHED)
    job.refresh_from_db()
    if state in Job.REFRESHED:
        assert (job.state, job.events.last().note) == (State.GAVE_UP, "by_person")
        assert job.ended_at
        assert not Refresh.objects.exists()
        assert services.ask_again(job)
        assert Refresh.objects.filter(job=job).exists()
    else:
        assert job.state == state


@pytest.mark.parametrize("state", State)
def test_only_what_has_ended_is_deleted(account, state):
    job = make_job(account, state=state)
    Attempt.objects.create(job=job, number=1, destination="/o/")
    gone = state in (*Job.FINAL, State.GAVE_UP)
    assert services.delete(job) is gone
    assert Job.objects.exists() is not gone
    assert (Attempt.objects.exists(), JobEvent.objects.exists()) == (not gone, not gone)
    assert Tally.objects.counts([account.pk]) == ({} if gone else {state: 1})
    assert services.delete(job) is False


def test_an_unsure_job_is_deleted_only_by_somebody_who_says_so(account):
    job = make_job(account, state=State.UNSURE)
    assert not services.delete(job)
    assert services.delete(job, although_unsure=True)
    assert not services.delete(make_job(account), although_unsure=True)


def test_a_job_deleted_after_its_retry_leaves_the_retry(account, alice):
    old = failed(account)
    new = services.retry(old, alice)
    assert services.delete(old)
    new.refresh_from_db()
    assert new.follows is None
