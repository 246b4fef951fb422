"""How fast an account calls: a burst after a rest, then evenly, and as slowly as the gateway asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from accounts.models import Account
from jobs.engine import pacing
from jobs.engine.turn import Turn
from jobs.models import Job, Limits, Refresh, in_seconds
from tests.factories import make_account, make_job
from tests.jobs.connections import at_once
from tests.jobs.raw_gateway import RawGateway, created, http
from tests.jobs.working import carry, finish, make_due, take, work

State = Job.State
BURST, TAUGHT = pacing.BURST, pacing.TAUGHT_SECONDS


@pytest.fixture
def slow(alice: User) -> Account:
    """An account that may call every other second."""
    return limited(make_account(alice, endpoint="sandbox"), calls_per_second=0.5)


def limited(account: Account, **caps: Any) -> Account:
    Limits.objects.update_or_create(account=account, defaults=caps)
    return account


@transaction.atomic
def granted(account: Account, wanted: int = 100) -> int:
    return pacing.grant(account, wanted)


@transaction.atomic
def hold(account: Account, seconds: float | None) -> None:
    pacing.hold(account, seconds=seconds)


def passes(seconds: float) -> None:
    """As if so much time had gone by."""
    earlier = timedelta(seconds=seconds)
    for name in ("next_call_at", "taught_until"):
        Limits.objects.exclude(**{name: None}).update(**{name: F(name) - earlier})


def pace_of(account: Account) -> float:
    return pacing.caps_of(account, Limits.objects.current().filter(pk=account.pk).first()).per_second


# Allowance


def test_after_a_rest_a_burst_may_leave_and_then_one_by_one(slow: Account) -> None:
    assert [granted(slow), granted(slow)] == [BURST, 0]
    for seconds, calls in ((2.0, 1), (1.0, 0), (1.0, 1), (6.0, 3), (3600.0, BURST)):
        passes(seconds)
        assert granted(slow) == calls


def test_who_wants_less_leaves_the_rest(slow: Account) -> None:
    assert [granted(slow, 2), granted(slow, 2), granted(slow, 2), granted(slow, 0)] == [2, 2, 1, 0]


def test_a_fast_account_may_burst_for_half_a_second(slow: Account) -> None:
    limited(slow, calls_per_second=40)
    assert granted(slow) == 20


def test_an_account_without_a_cap_may_call_at_will(slow: Account) -> None:
    limited(slow, calls_per_second=0)
    assert [granted(slow, 9), granted(slow, 7)] == [9, 7]


def test_two_workers_share_one_allowance(many_connections: None, slow: Account) -> None:
    limited(slow, calls_per_second=0.01)
    calls: list[int] = []
    with at_once(4, lambda: calls.extend(granted(slow, 1) for _ in range(5))):
        pass
    assert sum(calls) == BURST


def test_a_sandbox_has_no_cap_and_a_real_service_the_portal_s(alice: User, settings: Any) -> None:
    settings.CALLS_PER_SECOND = 7.0
    real, sandbox = make_account(alice), make_account(alice, endpoint="sandbox")
    assert (pace_of(real), pace_of(sandbox)) == (7.0, 0.0)
    limited(real, calls_per_second=0)
    assert pace_of(real) == 0.0


# What the gateway teaches


@pytest.mark.parametrize("named", [None, 0.0, 1.0, 60.0, 10_000.0])
def test_too_many_calls_mean_silence_for_as_long_as_the_gateway_says(
    slow: Account, named: float | None
) -> None:
    silence = min(max(named or 1.0, 1.0), pacing.LONGEST_SILENCE_SECONDS)
    limited(slow, calls_per_second=1.0)
    hold(slow, named)
    passes(silence - 0.9)
    assert granted(slow) == 0
    passes(1.0)
    assert granted(slow) == 1


def test_too_many_calls_halve_the_pace_for_a_while(slow: Account) -> None:
    limited(slow, calls_per_second=8.0)
    hold(slow, 10.0)
    assert pace_of(slow) == 4.0
    passes(11.0)
    hold(slow, None)
    assert pace_of(slow) == 2.0
    passes(TAUGHT + 2.0)
    assert pace_of(slow) == 8.0


def test_calls_that_were_out_together_halve_it_once(slow: Account) -> None:
    limited(slow, calls_per_second=8.0)
    for seconds in (None, 30.0, 5.0, 0.0):
        hold(slow, seconds)
    assert pace_of(slow) == 4.0
    passes(29.0)
    assert granted(slow) == 0


def test_the_pace_never_falls_to_nothing(slow: Account, settings: Any) -> None:
    settings.CALLS_PER_SECOND = 0.0
    limited(slow, calls_per_second=0)
    hold(slow, None)
    assert pace_of(slow) == pacing.ASSUMED_PER_SECOND / 2
    for _ in range(9):
        passes(2.0)
        hold(slow, None)
    assert pace_of(slow) == pacing.SLOWEST_PER_SECOND


def test_a_named_limit_is_kept_to_and_forgotten_in_time(slow: Account) -> None:
    limited(slow, calls_per_second=10.0)
    pacing.teach(slow, 4.0)
    assert pace_of(slow) == 4.0
    pacing.teach(slow, 3.0)
    pacing.teach(slow, 6.0)
    assert pace_of(slow) == 3.0
    passes(TAUGHT + 1)
    assert pace_of(slow) == 10.0
    pacing.teach(slow, 6.0)
    assert pace_of(slow) == 6.0


def test_a_named_limit_does_not_prolong_the_halving(slow: Account) -> None:
    limited(slow, calls_per_second=10.0)
    hold(slow, None)
    passes(TAUGHT - 5)
    pacing.teach(slow, 8.0)
    assert pace_of(slow) == 5.0
    passes(7.0)
    pacing.teach(slow, 8.0)
    assert pace_of(slow) == 8.0


def test_a_person_s_own_cap_is_never_exceeded(slow: Account) -> None:
    pacing.teach(slow, 100.0)
    assert pace_of(slow) == 0.5


@pytest.mark.parametrize(
    ("header", "limit"),
    [("3/5", 5.0), ("0/100", 100.0), ("", None), ("5", None), ("3/0", None), ("a/b", None), ("1/-5", None)],
)
def test_a_limit_is_read_from_the_header_or_not_at_all(header: str, limit: float | None) -> None:
    assert pacing.limit_in(header) == limit


# In the engine


def at_tmp(account: Account, count: int) -> list[Job]:
    return [make_job(account, state=State.SUBMITTED, tmp_id=f"tmp-{number}") for number in range(count)]


def going(body: dict[str, Any], *headers: str) -> bytes:
    job = {"id": body["getJobRequest"]["id"], "state": 2}
    return http(200, {"getJobResponse": {"job": job}}, headers=headers)


def test_under_a_cap_no_more_is_asked_than_may_leave(gateway: RawGateway, account: Account) -> None:
    limited(account, calls_per_second=0.5)
    at_tmp(account, 12)
    gateway.answers["GetJob"] = [going]
    work()
    assert gateway.asked["GetJob"] == BURST
    passes(4.0)
    work()
    assert gateway.asked["GetJob"] == BURST + 2


def test_questions_and_jobs_share_the_cap(gateway: RawGateway, account: Account) -> None:
    limited(account, calls_per_second=0.5)
    at_tmp(account, 3)
    for _ in range(9):
        make_job(account)
    gateway.answers |= {"GetJob": [going], "CreateJob": [created()]}
    work()
    assert gateway.asked == {"GetJob": 3, "CreateJob": BURST - 3}


def test_the_interval_grows_with_the_load_until_the_cap_holds(
    gateway: RawGateway, account: Account, settings: Any
) -> None:
    settings.POLL_SECONDS_SANDBOX = 5.0
    limited(account, calls_per_second=2.0)
    for count, interval in ((3, 5.0), (37, 20.0)):
        at_tmp(account, count)
        make_due(*Job.objects.all())
        passes(60.0)
        _, taken = take()
        assert len(taken.questions) == min(count, BURST)
        assert taken.questions[0][1].interval == interval
        asked = [claim.job_id for claim, _ in taken.questions]
        soonest = in_seconds(0.9 * interval)
        assert Refresh.objects.filter(pk__in=asked, due_at__gt=soonest).count() == len(asked)


def test_an_account_without_a_cap_falls_silent_at_once_too(gateway: RawGateway, account: Account) -> None:
    at_tmp(account, 6)
    gateway.answers["GetJob"] = [http(429, {"message": "slow"}, headers=("Retry-After: 60",))]
    turn = Turn(at_once=3)
    carry(*take(turn))
    make_due(*Job.objects.all())
    _, taken = take(turn)
    assert (len(taken.questions), gateway.asked["GetJob"]) == (0, 6)
    assert pace_of(account) == pacing.ASSUMED_PER_SECOND / 2


def test_a_limit_in_the_header_slows_the_questions(gateway: RawGateway, account: Account) -> None:
    limited(account, calls_per_second=10.0)
    at_tmp(account, 2)
    gateway.answers["GetJob"] = [lambda body: going(body, "X-Service-RateLimit: 3/4")]
    work()
    assert pace_of(account) == 4.0


def test_a_limit_that_stays_the_same_is_not_forgotten(
    gateway: RawGateway, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "TAUGHT_SECONDS", 0.0)
    limited(account, calls_per_second=10.0)
    jobs = at_tmp(account, 1)
    gateway.answers["GetJob"] = [lambda body: going(body, "X-Service-RateLimit: 4/4")]
    turn = Turn(at_once=3)
    for _ in range(2):
        make_due(*jobs)
        carry(*take(turn))
        monkeypatch.setattr(pacing, "TAUGHT_SECONDS", 60.0)
        Limits.objects.update(taught_per_second=None)
        finish(turn)
        assert pace_of(account) == 4.0
        monkeypatch.setattr(pacing, "TAUGHT_SECONDS", 0.0)


def test_a_generous_limit_teaches_nothing(gateway: RawGateway, account: Account) -> None:
    limited(account, calls_per_second=10.0)
    at_tmp(account, 2)
    gateway.answers["GetJob"] = [lambda body: going(body, "X-Service-RateLimit: 499/500")]
    work()
    assert Limits.objects.get().taught_per_second is None
