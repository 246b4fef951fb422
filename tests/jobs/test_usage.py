"""Usage is exactly what TMP accepted, what it perhaps did, and on which day of the portal's zone."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Membership
from jobs import services
from jobs.engine import submitting
from jobs.models import Attempt, Job, Price, Usage
from jobs.usage import Sum, by_account, by_capability, by_day, by_person, rows_of, sum_of
from jobs.usage_form import Span, UsageForm
from tests.factories import make_account, make_job, make_membership
from tests.jobs.raw_gateway import RawGateway, created, refused
from tests.jobs.scene import signed_in
from tests.jobs.working import answer_to, take_to_send, work
from tests.sandbox_process import SandboxProcess

State = Job.State
DAY = date(2026, 5, 4)


def use(account: Account, user: User, **fields: Any) -> Usage:
    known = {"capability": "musicBeat", "day": DAY, "calls": 1, "songs": 1, "seconds": 60.0}
    return Usage.objects.create(account=account, user=user, **{**known, **fields})


def figures(total: Sum) -> tuple[int, int, int, float]:
    return total.calls, total.songs, total.perhaps, total.seconds


def seen_by(user: User) -> Sum:
    return sum_of(rows_of(Usage.objects.for_user(user)))


@pytest.mark.django_db
def test_usage_is_what_the_ledger_of_the_sandbox_says(
    sandbox_account: Account, alice: User, sandbox: SandboxProcess
) -> None:
    for fault in ("lost_reply", "refuse", "reset_before"):
        sandbox.fault(fault, "CreateJob", caller=sandbox_account.caller)
    jobs = [make_job(sandbox_account, source_seconds=8.0 if number else None) for number in range(9)]
    work(sweeps=False)
    known = {str(job.pk) for job in jobs}
    entries = [each for each in sandbox.ledger("create_job") if each["custom_id"][:36] in known]
    performed = sum(each["performed"] for each in entries)
    heard = sum(each["performed"] and each["answered"] == "ok" for each in entries)
    unsure = Job.objects.filter(state=State.UNSURE).count()
    # A reset before the call was performed looks like one after it.
    assert (performed, unsure) == (heard + 1, 2)
    total = seen_by(alice)
    assert (total.songs, total.perhaps) == (heard, unsure)
    known_lengths = Job.objects.filter(attempts__outcome="accepted", source_seconds=8.0).count()
    assert (total.seconds, total.unmeasured) == (8.0 * known_lengths, heard - known_lengths)


def test_an_answer_that_comes_too_late_to_move_the_job_is_a_song_all_the_same(
    account: Account, gateway: RawGateway, job: Job, alice: User
) -> None:
    gateway.answers["CreateJob"] = [created("tmp-1")]
    submission = take_to_send(job)
    assert submission
    answer = answer_to(submission)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert submitting.repair() == 1
    job.refresh_from_db()
    assert figures(seen_by(alice))[:3] == (1, 0, 1)
    assert services.mark_failed(job)
    for _ in range(2):
        submission.settle(answer)
    assert figures(seen_by(alice)) == (1, 1, 0, job.source_seconds)


def test_what_was_proved_to_be_accepted_is_never_given_back(
    account: Account, gateway: RawGateway, job: Job, alice: User
) -> None:
    gateway.answers["CreateJob"] = [created("tmp-1"), refused("no")]
    submission = take_to_send(job)
    assert submission
    accepted, refusal = answer_to(submission), answer_to(submission)
    submission.settle(accepted)
    submission.settle(refusal)
    assert figures(seen_by(alice))[:3] == (1, 1, 0)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # The night on which the clock goes back has 25 hours, that on which it goes forward 23.
        ("2026-10-24T21:59Z", "2026-10-24"),
        ("2026-10-24T22:00Z", "2026-10-25"),
        ("2026-10-25T22:59Z", "2026-10-25"),
        ("2026-10-25T23:00Z", "2026-10-26"),
        ("2026-03-28T23:00Z", "2026-03-29"),
        ("2026-03-29T21:59Z", "2026-03-29"),
        ("2026-03-29T22:00Z", "2026-03-30"),
    ],
)
def test_a_call_counts_on_the_day_of_the_portals_zone_also_when_clocks_change(
    gateway: RawGateway, account: Account, settings: Any, moment: str, day: str
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    timezone.get_default_timezone.cache_clear()
    gateway.answers["CreateJob"] = [created("tmp-1")]
    try:
        with time_machine.travel(moment):
            make_job(account)
            work(sweeps=False)
            assert UsageForm({"days": "7"}, user=account.members.get()).span.last.isoformat() == day
    finally:
        timezone.get_default_timezone.cache_clear()
    assert [row.day.isoformat() for row in Usage.objects.all()] == [day]


@pytest.fixture
def studios(alice: User, bob: User, charlie: User) -> tuple[Account, Account]:
    """Alice owns the first, Bob the second and may send with the first, Charlie may look at the first."""
    first, second = make_account(alice, name="first"), make_account(bob, name="second")
    make_membership(first, bob, Membership.Role.SUBMITTER)
    make_membership(first, charlie, Membership.Role.VIEWER)
    use(first, alice, calls=5, songs=4, seconds=240.0)
    use(first, bob, calls=2, songs=2, seconds=30.0, unmeasured=1)
    use(first, bob, capability="musicHighlight", day=DAY + timedelta(days=1))
    use(second, bob, calls=10, songs=10, seconds=600.0)
    return first, second


def test_an_owner_sees_everybody_a_submitter_what_is_own_and_others_nothing(
    studios: tuple[Account, Account], alice: User, bob: User, charlie: User
) -> None:
    assert figures(seen_by(alice)) == (8, 7, 1, 330.0)
    assert figures(seen_by(bob)) == (13, 13, 0, 690.0)
    assert figures(seen_by(charlie)) == (0, 0, 0, 0.0)
    Membership.objects.filter(account=studios[0], user=bob).delete()
    assert figures(seen_by(bob)) == (10, 10, 0, 600.0)
    # Who has left is still in the books of the account.
    assert figures(seen_by(alice)) == (8, 7, 1, 330.0)


def test_every_way_to_add_up_comes_to_the_same(studios: tuple[Account, Account], bob: User) -> None:
    rows = rows_of(Usage.objects.for_user(bob))
    whole = figures(sum_of(rows))
    for sums in (by_person(rows), by_account(rows), by_capability(rows)):
        added = [sum(part) for part in zip(*(figures(total) for _key, _name, total in sums), strict=True)]
        assert tuple(added) == whole
    assert [name for _key, name, _total in by_account(rows)] == ["second", "first"]
    assert {day: total.calls for day, total in by_day(rows).items()} == {DAY: 12, DAY + timedelta(days=1): 1}


def test_money_is_added_up_by_currency_and_says_when_it_is_more(
    studios: tuple[Account, Account], alice: User, bob: User
) -> None:
    known = {"source": "contract", "dated": DAY, "capability": "musicBeat"}
    Price.objects.create(account=studios[0], amount="0.25", currency="CNY", per="minute", **known)
    Price.objects.create(account=studios[1], amount="2", currency="EUR", per="call", **known)
    assert seen_by(alice).money == {"CNY": Decimal("1")}
    assert seen_by(alice).money_is_more
    assert seen_by(bob).money == {"EUR": Decimal("20")}


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, "2026-04-21", "2026-05-20"),
        ({"days": "7"}, "2026-05-14", "2026-05-20"),
        ({"month": "2024-02"}, "2024-02-01", "2024-02-29"),
        ({"since": "2026-05-01"}, "2026-05-01", "2026-05-20"),
        ({"until": "2026-05-30"}, "2026-05-01", "2026-05-30"),
        ({"since": "2026-05-21"}, "2026-05-21", "2026-05-21"),
        ({"since": "2026-01-01", "until": "2026-12-31", "days": "7"}, "2026-01-01", "2026-12-31"),
    ],
)
def test_days_are_chosen_as_an_address_says(
    alice: User, query: dict[str, str], first: str, last: str
) -> None:
    with time_machine.travel(datetime(2026, 5, 20, 12, tzinfo=UTC)):
        span = UsageForm(query, user=alice).span
    assert (span.first.isoformat(), span.last.isoformat()) == (first, last)


def test_months_follow_months_and_other_days_as_many_days() -> None:
    january = Span.of_month(date(2026, 1, 15))
    assert (january.before, january.after) == (
        Span.of_month(date(2025, 12, 1)),
        Span.of_month(date(2026, 2, 1)),
    )
    week = Span.lately(7, date(2026, 3, 3))
    assert (week.before.last, len(week.before.days), week.after.first, len(week.after.days)) == (
        date(2026, 2, 24),
        7,
        date(2026, 3, 4),
        7,
    )


def test_an_upgrade_counts_what_was_sent_before_there_was_usage(account: Account, alice: User) -> None:
    outcomes = ("accepted", "accepted", "unsure", "sending", "refused", "not_sent", "throttled")
    for number, outcome in enumerate(outcomes):
        job = make_job(account, source_seconds=30.0 if number else None)
        attempt = Attempt.objects.create(job=job, number=1, destination="/x", outcome=outcome)
        Attempt.objects.filter(pk=attempt.pk).update(sent_at=datetime(2026, 4, 1, 12, tzinfo=UTC))
    counted = make_job(account)
    Attempt.objects.create(job=counted, number=1, destination="/x", outcome="accepted", counted_on=DAY)
    use(account, alice)
    count_the_past = import_module("jobs.migrations.0015_usage_of_the_past").count_the_past
    for _ in range(2):
        count_the_past(apps, None)
    past = Usage.objects.get(day=date(2026, 4, 1))
    assert (past.calls, past.songs, past.seconds, past.unmeasured) == (4, 2, 30.0, 1)
    assert Usage.objects.get(day=DAY).calls == 1
    days = Counter(Attempt.objects.values_list("outcome", "counted_on"))
    assert days["unsure", date(2026, 4, 1)] == 1
    assert days["refused", None] == 1


def test_a_year_of_many_people_is_read_with_few_questions(
    alice: User, django_assert_num_queries: Any
) -> None:
    account, client = make_account(alice), signed_in(alice)
    Usage.objects.bulk_create(
        Usage(
            account=account,
            user=alice,
            capability=f"kind{number % 5}",
            day=DAY - timedelta(days=number // 5),
            calls=2000,
            songs=1999,
            seconds=1.0,
        )
        for number in range(5 * 366)
    )
    query = {"since": DAY - timedelta(days=365), "until": DAY}
    # Session, person; accounts and people to choose from; usage, prices; whether there is an account.
    with django_assert_num_queries(7):
        answer = Client.get(client, "/jobs/usage/", query)
    assert answer.context["whole"].calls == 2000 * 5 * 366
