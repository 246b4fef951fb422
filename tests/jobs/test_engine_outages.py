"""An endpoint that is away: asked once a second, sent nothing, and all goes on as soon as it is back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from accounts.models import Account
from jobs.engine import pacing
from jobs.engine.turn import Turn
from jobs.models import Job, Refresh, in_seconds
from tests.factories import make_account, make_job
from tests.jobs.raw_gateway import RawGateway, created, http, told
from tests.jobs.working import carry, finish, make_due, take, work

State = Job.State
AWAY = http(503, {"message": "x"})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The breaker's clock."""
    clock = Clock()
    monkeypatch.setattr(pacing, "time", SimpleNamespace(monotonic=clock))
    return clock


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def at_tmp(account: Account, count: int) -> list[Job]:
    """Jobs that TMP has, due now."""
    return [make_job(account, state=State.SUBMITTED, tmp_id=f"tmp-{number}") for number in range(count)]


def turn_of(turn: Turn) -> int:
    """One turn; says how many calls it made."""
    taken = turn.take(stopping=False)
    carry(turn, taken)
    finish(turn)
    return len(taken.questions) + len(taken.submissions)


def an_outage(account: Account, gateway: RawGateway) -> Turn:
    """A turn that has met three failures."""
    at_tmp(account, 3)
    gateway.answers |= {"GetJob": [AWAY], "CreateJob": [created()]}
    turn = Turn(at_once=9)
    assert turn_of(turn) >= 3
    return turn


def test_two_failures_are_no_outage(gateway: RawGateway, account: Account) -> None:
    jobs = at_tmp(account, 2)
    gateway.answers["GetJob"] = [AWAY]
    turn = Turn(at_once=9)
    assert turn_of(turn) == 2
    make_due(*jobs)
    assert turn_of(turn) == 2


def test_an_answer_between_failures_begins_the_count_anew(gateway: RawGateway, account: Account) -> None:
    jobs = at_tmp(account, 5)
    answer = http(404, {"message": "no such job"})
    gateway.answers["GetJob"] = [AWAY, AWAY, answer, AWAY, AWAY]
    Refresh.objects.update(due_at=in_seconds(60))
    turn = Turn(at_once=9)
    for job in jobs:
        make_due(job)
        assert turn_of(turn) == 1
    make_due(*jobs)
    assert turn_of(turn) == 5


def test_a_silent_endpoint_is_asked_once_a_second(
    gateway: RawGateway, account: Account, clock: Clock
) -> None:
    turn = an_outage(account, gateway)
    make_due(*Job.objects.all())
    made = []
    for _ in range(8):
        made.append(turn_of(turn))
        clock.now += 0.25
    assert made == [1, 0, 0, 0, 1, 0, 0, 0]


def test_nothing_is_sent_to_a_silent_endpoint(gateway: RawGateway, account: Account, clock: Clock) -> None:
    turn = an_outage(account, gateway)
    job = make_job(account)
    for _ in range(30):
        turn_of(turn)
        clock.now += 0.6
    job.refresh_from_db()
    assert (job.state, gateway.asked["CreateJob"]) == (State.QUEUED, 0)


def test_once_it_answers_everybody_is_asked_at_once_and_jobs_are_sent(
    gateway: RawGateway, account: Account, clock: Clock
) -> None:
    turn = an_outage(account, gateway)
    waiting = make_job(account)
    turn_of(turn)
    gateway.answers["GetJob"] = [lambda body: told(2, body["getJobRequest"]["id"])]
    gateway.asked.clear()
    clock.now += 1.1
    assert turn_of(turn) == 1
    assert turn_of(turn) == 2 + 1
    assert Job.objects.filter(state=State.PROCESSING).count() == 3
    waiting.refresh_from_db()
    assert (waiting.state, gateway.asked["GetJob"]) == (State.SUBMITTED, 3)


def test_who_asked_for_nothing_probes_with_one_job(
    gateway: RawGateway, account: Account, settings: Any, clock: Clock
) -> None:
    address = settings.SANDBOX
    settings.SANDBOX = {**address, "gateway": "http://127.0.0.1:9"}
    jobs = [make_job(account) for _ in range(5)]
    turn = Turn(at_once=9)
    assert turn_of(turn) == 5
    made = []
    for _ in range(4):
        make_due(*jobs)
        made.append(turn_of(turn))
        clock.now += 0.5
    assert made == [1, 0, 1, 0]
    settings.SANDBOX = address
    gateway.answers["CreateJob"] = [lambda body: created(body["createJobRequest"]["customId"])]
    turn.look_anew()
    clock.now += 1
    assert turn_of(turn) == 1
    assert turn_of(turn) == 4
    assert Job.objects.filter(state=State.SUBMITTED).count() == 5


def test_a_job_that_may_have_been_heard_is_a_dear_probe(
    gateway: RawGateway, account: Account, clock: Clock
) -> None:
    for _ in range(9):
        make_job(account)
    gateway.answers["CreateJob"] = [AWAY]
    turn = Turn(at_once=9)
    sent = turn_of(turn)
    for _ in range(59):
        turn_of(turn)
        clock.now += 0.5
    assert gateway.asked["CreateJob"] == sent + 1


@pytest.fixture
def broken(alice: User, account: Account) -> Account:
    """Another account at the same endpoint, whose keys do not open."""
    broken = make_account(alice, endpoint="sandbox", name="broken")
    foreign = Account.objects.get(pk=account.pk).__dict__["gateway_secret_key"]
    Account.objects.filter(pk=broken.pk).update(gateway_secret_key=foreign)
    return Account.objects.get(pk=broken.pk)


def test_keys_that_do_not_open_are_no_outage(gateway: RawGateway, account: Account, broken: Account) -> None:
    at_tmp(broken, 5)
    turn = Turn(at_once=9)
    assert turn_of(turn) == 5
    gateway.answers["GetJob"] = [lambda body: told(2, body["getJobRequest"]["id"])]
    at_tmp(account, 3)
    turn.look_anew()
    assert turn_of(turn) == 3
    assert Job.objects.filter(account=account, state=State.PROCESSING).count() == 3


@pytest.mark.parametrize("trouble", ["keys do not open", "paused"])
def test_an_account_that_cannot_ask_does_not_keep_the_others_from_probing(
    gateway: RawGateway, account: Account, broken: Account, alice: User, clock: Clock, trouble: str
) -> None:
    idle = broken
    if trouble == "paused":
        idle = make_account(alice, endpoint="sandbox", name="paused", paused_because="keys")
    at_tmp(idle, 3)
    turn = an_outage(account, gateway)
    Refresh.objects.filter(account=idle).update(due_at=in_seconds(-60))
    for _ in range(4):
        clock.now += 1.1
        assert turn_of(turn) == 1
    assert gateway.asked["GetJob"] == 3 + 4


def test_a_paused_account_asks_nothing_whatever_is_due(gateway: RawGateway, account: Account) -> None:
    Account.objects.update(paused_because="keys")
    job = make_job(account, state=State.SUBMITTED, tmp_id="tmp-1")
    Refresh.objects.update(due_at=timezone.now() - timezone.timedelta(minutes=1))
    assert not take()[1].questions
    work()
    assert gateway.asked.total() == 0
    Account.objects.update(paused_because="")
    gateway.answers["GetJob"] = [told(2)]
    work()
    job.refresh_from_db()
    assert job.state == State.PROCESSING
