"""How often a worker's engine looks for work by itself."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account
from jobs.engine import turn
from jobs.engine.turn import Turn
from jobs.models import Job, Limits
from tests.factories import make_job
from tests.jobs.raw_gateway import RawGateway

State = Job.State


def test_a_worker_looks_less_often_where_jobs_are_asked_about_seldom(
    account: Account, gateway: RawGateway, settings: Any
) -> None:
    def pause() -> float:
        looking = Turn(at_once=4)
        looking.take(stopping=False)
        return looking.pause

    shortest, longest = turn.SHORTEST_PAUSE, turn.LONGEST_PAUSE
    assert pause() == longest
    make_job(account, state=State.SUBMITTED, tmp_id="tmp-12345")
    for interval, expected in ((0.4, shortest), (12 * shortest, 1.2 * shortest), (60.0, longest)):
        settings.POLL_SECONDS_SANDBOX = interval
        assert pause() == pytest.approx(expected)
    Limits.objects.create(account=account, calls_per_second=5.0)
    assert pause() == shortest
