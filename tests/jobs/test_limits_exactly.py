"""Caps hold to the last call, whoever sends: at 50 a day exactly 50 of 1,000 jobs reach TMP."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from accounts.clients import bucket_for
from accounts.models import Account
from jobs import limits, services
from jobs.engine import taking
from jobs.engine.submitting import NotSent, Submission
from jobs.models import Job, Limits, Refresh, Usage, enter
from tests.accounts.contacting import registered_account
from tests.factories import SONG_PATH, make_account
from tests.jobs.connections import at_once
from tests.jobs.raw_gateway import RawGateway, created, http, refused, told
from tests.jobs.working import work
from tests.sandbox_process import SandboxProcess
from tests.songs import clicks

State = Job.State
CAP = 50
ENGINES = 3
PARAMS = {"outputType": 3, "drumType": 2, "enlargeLevel": 3}


@pytest.fixture
def account(many_connections: None, alice: User, gateway: RawGateway) -> Account:
    """An account that may send CAP jobs a day to a gateway that takes all of them."""
    gateway.answers |= {"CreateJob": [by_custom_id], "GetJob": [told_by_id]}
    account = make_account(alice, endpoint="sandbox")
    cap(account, jobs_per_day=CAP)
    return account


def by_custom_id(body: dict[str, Any]) -> bytes:
    return created(f"tmp-{body['createJobRequest']['customId']}")


def told_by_id(body: dict[str, Any]) -> bytes:
    return told(2, body["getJobRequest"]["id"])


def cap(account: Account, **caps: Any) -> None:
    known = dict.fromkeys(limits.CAPS)
    limits.change(account, by=account.members.get(), caps={**known, **caps})


def queue(account: Account, count: int) -> list[Job]:
    owner = account.members.get()
    jobs = [
        Job(account=account, owner=owner, capability="musicBeat", source_path=f"{each}.wav", source_name="s")
        for each in range(count)
    ]
    enter(jobs, note="created")
    return jobs


def engines(count: int = ENGINES, turns: int = 60) -> None:
    """Several workers, until none of them finds anything to do."""
    with at_once(count, lambda: work(sweeps=False, turns=turns)):
        pass


def labels(gateway: RawGateway) -> Counter[str]:
    """How often each job was sent."""
    asked = [body["createJobRequest"] for body in gateway.bodies if body["action"] == "CreateJob"]
    return Counter(each["customId"].rpartition("-")[0] for each in asked)


def counted(account: Account) -> int:
    return sum(Usage.objects.filter(account=account).values_list("calls", flat=True))


def sent(account: Account) -> int:
    return Job.objects.filter(account=account, state__in=Job.REFRESHED).count()


def taken(account: Account) -> list[Submission]:
    submissions: list[Submission] = []
    taking.take(account, 1, submissions)
    return submissions


def make_all_due() -> None:
    Refresh.objects.update(due_at=Now())


def test_of_a_thousand_jobs_exactly_as_many_are_sent_as_the_day_allows(
    account: Account, gateway: RawGateway
) -> None:
    """T33: also when the cap is changed meanwhile."""
    queue(account, 1000)
    engines()
    engines()
    assert gateway.asked["CreateJob"] == CAP
    assert set(labels(gateway).values()) == {1}
    assert (sent(account), counted(account)) == (CAP, CAP)
    cap(account, jobs_per_day=CAP + 15)
    engines()
    assert gateway.asked["CreateJob"] == CAP + 15
    cap(account, jobs_per_day=10)
    engines()
    assert gateway.asked["CreateJob"] == CAP + 15


def test_the_ledger_of_the_sandbox_holds_exactly_what_the_day_allows(
    many_connections: None, alice: User, at_sandbox: SandboxProcess
) -> None:
    """T33: 1,000 submits at a cap of 50 a day are 50 jobs at TMP, and 50 in the books."""
    account = registered_account(alice, at_sandbox)
    cap(account, jobs_per_day=CAP)
    bucket_for(account).put(SONG_PATH, clicks(1, 120))
    owner = account.members.get()
    known = {"capability": "musicBeat", "source_path": SONG_PATH, "source_name": "s", "params": PARAMS}
    jobs = [Job(account=account, owner=owner, **known) for _ in range(1000)]
    enter(jobs, note="created")
    before = at_sandbox.ledger("create_job")[-1:]
    engines()
    engines()
    entries = at_sandbox.ledger("create_job", after=before[0]["number"] if before else 0)
    ours = {str(job.pk) for job in jobs}
    sent_ones = [each["custom_id"][:36] for each in entries if each["custom_id"][:36] in ours]
    assert len(sent_ones) == len(set(sent_ones)) == CAP
    assert counted(account) == CAP
    assert Job.objects.filter(state=State.QUEUED).count() == 1000 - CAP


def test_the_next_day_begins_at_the_portals_midnight(
    account: Account, gateway: RawGateway, settings: Any
) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    timezone.get_default_timezone.cache_clear()
    try:
        cap(account, jobs_per_day=5)
        queue(account, 20)
        for moment, total in (
            ("2026-05-01T15:00Z", 5),
            ("2026-05-01T15:59Z", 5),
            ("2026-05-01T16:00Z", 10),
            ("2026-05-02T15:59Z", 10),
            ("2026-05-02T16:01Z", 15),
        ):
            with time_machine.travel(moment):
                work(sweeps=False, turns=60)
            assert gateway.asked["CreateJob"] == total, moment
    finally:
        timezone.get_default_timezone.cache_clear()
    days = dict(Usage.objects.values_list("day", "calls"))
    assert {day.isoformat(): calls for day, calls in days.items()} == {
        "2026-05-01": 5,
        "2026-05-02": 5,
        "2026-05-03": 5,
    }


@pytest.mark.parametrize(
    "answer", [refused("drumType out of range"), http(429, {}, headers=("Retry-After: 0",))]
)
def test_calls_that_were_surely_not_accepted_do_not_count(
    account: Account, gateway: RawGateway, answer: bytes
) -> None:
    turned_away = Counter[str]()

    def every_third(body: dict[str, Any]) -> bytes:
        turned_away["all"] += 1
        return answer if turned_away["all"] % 3 == 0 and turned_away["all"] < 30 else by_custom_id(body)

    gateway.answers["CreateJob"] = [every_third]
    queue(account, 200)
    # A 429 silences the account; how many calls leave before it is heard is chance.
    for _ in range(12):
        Limits.objects.update(next_call_at=None, taught_until=None)
        engines()
    assert (sent(account), counted(account)) == (CAP, CAP)
    assert gateway.asked["CreateJob"] == CAP + 9


def test_calls_without_an_answer_count_since_tmp_may_have_heard_them(
    account: Account, gateway: RawGateway
) -> None:
    heard = Counter[str]()

    def every_fifth(body: dict[str, Any]) -> bytes:
        heard["all"] += 1
        return b"" if heard["all"] % 5 == 0 else by_custom_id(body)

    gateway.answers["CreateJob"] = [every_fifth]
    queue(account, 200)
    engines()
    assert gateway.asked["CreateJob"] == counted(account) == CAP
    assert sent(account) == CAP - 10


def test_a_call_given_back_late_goes_to_the_day_on_which_it_was_counted(
    account: Account, gateway: RawGateway
) -> None:
    (job,) = queue(account, 1)
    gateway.answers["CreateJob"] = [refused("no")]
    with time_machine.travel("2026-05-01T23:59Z"):
        submissions = taken(account)
    with time_machine.travel("2026-05-02T00:01Z"):
        queue(account, 1)
        assert len(taken(account)) == 1
        for _ in range(2):
            submissions[0].settle(NotSent(kind="HeldUp"))
    assert {each.day.isoformat(): each.calls for each in Usage.objects.all()} == {
        "2026-05-01": 0,
        "2026-05-02": 1,
    }
    job.refresh_from_db()
    assert job.state == State.QUEUED


def test_no_more_jobs_are_at_tmp_at_once_than_allowed(account: Account, gateway: RawGateway) -> None:
    cap(account, jobs_in_flight=7)
    queue(account, 60)
    engines()
    assert gateway.asked["CreateJob"] == 7
    for job in Job.objects.filter(state__in=Job.REFRESHED)[:3]:
        assert services.cancel(job)
    engines()
    assert gateway.asked["CreateJob"] == 10


def test_nothing_new_leaves_after_the_stop(account: Account, gateway: RawGateway) -> None:
    cap(account, jobs_per_day=0)
    queue(account, 80)
    owner = account.members.get()
    taken_before: list[int] = []

    def stop_at_the_20th(body: dict[str, Any]) -> bytes:
        if gateway.asked["CreateJob"] == 20:
            assert limits.stop(account, by=owner) is not None
            taken_before.append(Job.objects.exclude(state=State.QUEUED).count())
            # The gateway's thread has no other use for it.
            connection.close()
        return by_custom_id(body)

    gateway.answers["CreateJob"] = [stop_at_the_20th]
    engines(2)
    assert 20 <= gateway.asked["CreateJob"] == taken_before[0] < 80
    assert sent(account) == taken_before[0]
    questions = gateway.asked["GetJob"]
    make_all_due()
    engines(2)
    assert gateway.asked["CreateJob"] == taken_before[0]
    assert gateway.asked["GetJob"] > questions
    assert limits.go_on(account, by=owner)
    engines(2)
    assert gateway.asked["CreateJob"] == 80
