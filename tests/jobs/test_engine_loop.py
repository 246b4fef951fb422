"""The engine of a worker: it begins, goes on whatever happens, is woken, ends, and begins once more."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection

from accounts import endpoints
from accounts.models import Account
from jobs import tasks
from jobs.engine import collecting, loop, refreshing, taking, turn
from jobs.engine.loop import Engine
from jobs.engine.questions import Askers
from jobs.engine.turn import Turn
from jobs.models import Job, Limits, Refresh, in_seconds
from tests.factories import make_account, make_job
from tests.jobs.connections import at_once
from tests.jobs.engines import eventually, running, set_address, silent_gateway
from tests.jobs.raw_gateway import RawGateway, created, told
from tests.jobs.working import carry, finish, take, work

State = Job.State
OUTPUTS = [{"smartContentResult": {"musicBeat": {"beats": [0.5, 1.0, 1.5, 2.0]}}}]


@pytest.fixture
def account(many_connections: None, account: Account) -> Account:
    """An account in a database that the engine's threads may use, too."""
    return account


@pytest.fixture
def willing(gateway: RawGateway) -> RawGateway:
    """It takes every job, and is at work on it for ever."""
    gateway.answers["CreateJob"] = [lambda body: created(body["createJobRequest"]["customId"])]
    gateway.answers["GetJob"] = [lambda body: told(2, body["getJobRequest"]["id"])]
    return gateway


def in_state(state: str, count: int = 1) -> bool:
    return Job.objects.filter(state=state).count() == count


def at_tmp(account: Account, count: int) -> list[Job]:
    return [make_job(account, state=State.SUBMITTED, tmp_id=f"tmp-{number}") for number in range(count)]


def test_an_engine_carries_a_job_from_its_queue_to_its_result(
    account: Account, willing: RawGateway, settings: Any
) -> None:
    settings.POLL_SECONDS_SANDBOX = 0.2
    done = [lambda body: told(3, body["getJobRequest"]["id"], outputs=OUTPUTS)]
    willing.answers["GetJob"] = willing.answers["GetJob"] + done
    make_job(account)
    with running():
        assert eventually(lambda: in_state(State.COMPLETED))
    assert willing.asked == {"CreateJob": 1, "GetJob": 2}


def test_a_wake_cuts_the_pause_short(
    account: Account, willing: RawGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "SHORTEST_PAUSE", 600.0)
    monkeypatch.setattr(turn, "LONGEST_PAUSE", 600.0)
    with running() as engine:
        monkeypatch.setattr(tasks, "engine", engine)
        for number in range(1, 4):
            job = make_job(account)
            tasks.submit_job(str(job.pk))
            assert eventually(lambda number=number: in_state(State.SUBMITTED, number))


def test_an_engine_that_was_never_started_may_be_woken_and_stopped(db: None) -> None:
    engine = Engine()
    engine.wake()
    engine.stop()
    assert not engine.is_alive and not engine.was_started


def test_starting_twice_makes_one_engine(account: Account) -> None:
    engine = Engine()
    before = threading.active_count()
    with running(engine):
        first = engine._thread
        with at_once(4, engine.start):
            pass
        assert engine._thread is first
        assert [each.name for each in threading.enumerate()].count("engine") == 1
    assert not engine.is_alive
    assert threading.active_count() <= before


def test_an_engine_that_stops_takes_nothing_more_and_writes_down_what_is_out(
    account: Account, willing: RawGateway
) -> None:
    is_asked, may_answer = threading.Event(), threading.Event()

    def slow(body: dict[str, Any]) -> bytes:
        is_asked.set()
        may_answer.wait(10)
        return created("tmp-slow")

    willing.answers["CreateJob"] = [slow]
    job = make_job(account)
    engine = Engine()
    engine.start()
    assert is_asked.wait(10)
    later = make_job(account)
    threading.Timer(0.5, may_answer.set).start()
    engine.stop()
    assert not engine.is_alive
    job.refresh_from_db()
    later.refresh_from_db()
    assert (job.state, job.tmp_id, later.state) == (State.SUBMITTED, "tmp-slow", State.QUEUED)
    with running(engine):
        assert eventually(lambda: Job.objects.get(pk=later.pk).state == State.SUBMITTED)


def test_an_engine_that_ended_is_started_by_the_next_sweep_with_all_its_places(
    account: Account, willing: RawGateway, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.CALLS_AT_ONCE = 4
    settings.POLL_SECONDS_SANDBOX = 0.2
    put = Askers.put
    at_tmp(account, 8)
    make_job(account)

    def broken(*_: Any, **__: Any) -> Any:
        monkeypatch.setattr(Askers, "put", put)
        raise RuntimeError

    monkeypatch.setattr(Askers, "put", broken)
    engine = Engine()
    monkeypatch.setattr(tasks, "engine", engine)
    tasks.sweep()
    assert not engine.is_alive
    with running(engine):
        assert eventually(lambda: not engine.is_alive)
        assert engine.was_started
        tasks.sweep()
        assert eventually(lambda: in_state(State.PROCESSING, 8))
    tasks.sweep()
    assert not engine.is_alive


def test_a_call_that_goes_wrong_in_an_unheard_of_way_takes_no_place_for_ever(
    account: Account, willing: RawGateway, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.CALLS_AT_ONCE = 2
    settings.POLL_SECONDS_SANDBOX = 0.2
    ask, count = refreshing.ask, iter(range(100))

    async def broken(*asked: Any) -> Any:
        if next(count) < 4:
            raise RuntimeError
        return await ask(*asked)

    monkeypatch.setattr(refreshing, "ask", broken)
    at_tmp(account, 4)
    with running():
        assert eventually(lambda: in_state(State.PROCESSING, 4))


def test_a_gateway_that_hangs_slows_nobody_else(
    account: Account, alice: User, willing: RawGateway, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.CALLS_AT_ONCE = 4
    settings.POLL_SECONDS_SANDBOX = settings.POLL_SECONDS = 0.2
    settings.CALLS_PER_SECOND, settings.JOBS_IN_FLIGHT = 0.0, 0
    hanging = make_account(alice, endpoint=endpoints.LEGACY)
    at_tmp(hanging, 40)
    for _ in range(20):
        make_job(hanging)
    Refresh.objects.update(due_at=in_seconds(-60))
    with silent_gateway() as url:
        set_address(monkeypatch, endpoints.LEGACY, url)
        with running():
            assert eventually(
                lambda: Job.objects.filter(account=hanging, state=State.SUBMITTING).count() == 8
            )
            at_tmp(account, 10)
            make_job(account)
            started = time.monotonic()
            mine = Job.objects.filter(account=account, state=State.PROCESSING)
            assert eventually(lambda: mine.count() == 11)
            assert time.monotonic() - started < refreshing.ASK_SECONDS / 3
            hung = Refresh.objects.filter(account=hanging)
            assert max(hung.values_list("unanswered", flat=True)) == 0


# A database that is away


@contextmanager
def others_hold_the_jobs() -> Iterator[None]:
    """Nobody else gets at the jobs, and nobody here waits for them for long."""
    other = connection.copy()
    other.connect()
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as mine, other.cursor() as theirs:
        mine.execute("PRAGMA busy_timeout = 10" if is_sqlite else "SET lock_timeout = '50ms'")
        theirs.execute("BEGIN IMMEDIATE" if is_sqlite else "BEGIN")
        if not is_sqlite:
            theirs.execute("LOCK TABLE jobs_job IN ACCESS EXCLUSIVE MODE")
        try:
            yield
        finally:
            theirs.execute("ROLLBACK")
            mine.execute("PRAGMA busy_timeout = 20000" if is_sqlite else "SET lock_timeout = 0")
    other.close()


def test_a_database_that_is_away_for_a_moment_loses_no_answer(account: Account, willing: RawGateway) -> None:
    (asked,), queued = at_tmp(account, 1), make_job(account)
    turn, taken = take()
    assert (len(taken.questions), len(taken.submissions)) == (1, 1)
    with others_hold_the_jobs():
        carry(turn, taken)
        for _ in range(2):
            with pytest.raises(OperationalError):
                finish(turn)
    assert turn.has_news
    finish(turn)
    asked.refresh_from_db()
    queued.refresh_from_db()
    assert (asked.state, queued.state, queued.tmp_id) == (State.PROCESSING, State.SUBMITTED, f"{queued.pk}-1")
    assert not turn.has_news
    assert willing.asked == {"CreateJob": 1, "GetJob": 1}


def test_an_engine_outlasts_a_database_that_is_away(
    account: Account, willing: RawGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "AWAY_SECONDS", 0.05)
    whole, troubles = Turn.take, iter([OperationalError, RuntimeError, OperationalError])

    def troubled(turn: Turn, **how: Any) -> Any:
        if error := next(troubles, None):
            raise error
        return whole(turn, **how)

    monkeypatch.setattr(Turn, "take", troubled)
    make_job(account)
    with running() as engine:
        thread = engine._thread
        assert eventually(lambda: in_state(State.SUBMITTED))
        assert engine._thread is thread


def fails_once(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    works = getattr(module, name)

    def away(*_: Any) -> Any:
        monkeypatch.setattr(module, name, works)
        raise OperationalError

    monkeypatch.setattr(module, name, away)


def test_questions_of_a_turn_that_failed_are_asked_in_the_next(
    account: Account, willing: RawGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_tmp(account, 6)
    turn = Turn(at_once=3)
    for _ in range(5):
        fails_once(monkeypatch, taking, "ready_accounts")
        with pytest.raises(OperationalError):
            turn.take(stopping=False)
    work(turn=turn)
    assert in_state(State.PROCESSING, 6)
    assert willing.asked["GetJob"] == 6


def test_jobs_taken_in_a_turn_that_failed_were_surely_not_sent(
    account: Account, willing: RawGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(account)
    turn = Turn(at_once=3)
    fails_once(monkeypatch, collecting, "expired_ids")
    with pytest.raises(OperationalError):
        turn.take(stopping=False)
    assert in_state(State.SUBMITTING)
    finish(turn)
    job.refresh_from_db()
    assert (job.state, job.error_kind, job.attempts.get().outcome) == (State.QUEUED, "HeldUp", "not_sent")
    assert willing.asked.total() == 0


def test_a_job_whose_question_is_still_out_is_not_asked_about_twice(
    account: Account, willing: RawGateway
) -> None:
    at_tmp(account, 3)
    turn, taken = take()
    turn.began(taken)
    Refresh.objects.update(due_at=in_seconds(-1))
    assert take(turn)[1].questions == []
    carry(turn, taken)
    finish(turn)
    Refresh.objects.update(due_at=in_seconds(-1))
    assert len(take(turn)[1].questions) == 3


def test_limits_of_an_account_that_nobody_set_are_not_in_the_way(
    account: Account, willing: RawGateway
) -> None:
    make_job(account)
    work()
    assert in_state(State.SUBMITTED)
    assert Limits.objects.filter(pk=account.pk, stopped_at=None).exists()
