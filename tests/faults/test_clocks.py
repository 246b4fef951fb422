"""Clocks that are wrong, schedulers too many and too few (F24, F28)."""

from __future__ import annotations

import json
import re
import time

import pytest

from tests.faults.conftest import held
from tests.faults.stage import LEASE_SECONDS, SQLITE, Stage
from tests.faults.verdicts import fault

RECOVERY_SECONDS = 40.0
TWENTY_MINUTES, DAY = 1200, 86400


@fault("F24")
@pytest.mark.parametrize("ahead", [TWENTY_MINUTES, -DAY])
def test_a_clock_that_differs_from_tmp_s_is_named_and_doubles_nothing(stage: Stage, ahead: int) -> None:
    assert stage.web
    with stage.mishap("skew"):
        stage.sandbox.skew(ahead)
        before = len(stage.sandbox.ledger("create_job"))
        [job] = stage.create_jobs()
        # TMP's own clock is no matter to a job; the store's is: its signatures have an age.
        stage.wait_for_states([job], "COMPLETED", seconds=RECOVERY_SECONDS)
        assert len(stage.sandbox.ledger("create_job")) == before + 1
        page = f"/accounts/{stage.account().id}/health/"
        assert stage.web.post(f"{page}look/", {}).code == 302
        stage.wait_until(lambda: _names_the_clock(stage, page, ahead), 20, "the page names the clock")
    stage.sandbox.skew(0)
    stage.person.do("act", name="read_again", job=job)
    held(stage, [job])


def _names_the_clock(stage: Stage, page: str, ahead: int) -> bool:
    assert stage.web
    text = stage.web.get(page).text
    told = re.findall(r"(-?[\d.]+) s apart", text.replace(",", ""))
    is_named = "clock is wrong by more than the store allows" in text
    return is_named or any(abs(float(seconds) - ahead) < 10 for seconds in told)


@fault("F24")
@pytest.mark.parametrize("ahead", [600, -600])
def test_a_worker_whose_clock_is_wrong_takes_no_lease_early_and_holds_none_longer(
    stage: Stage, ahead: int
) -> None:
    stage.sandbox.hold("CreateJob", "after", "out")
    [job] = stage.create_jobs()
    stage.sandbox.wait_at("out")
    late = {
        "DJANGO_SETTINGS_MODULE": "tests.faults.late_settings",
        "TMPPORTAL_TESTS_CLOCK": str(ahead),
    }
    stage.worker().kill()
    since = time.time()
    stage.new_worker(env=late).wait()
    stage.sandbox.clear()
    more = stage.create_jobs(3)
    stage.wait_until_settled([job, *more], RECOVERY_SECONDS)
    held(stage, [job, *more])
    [given_up] = [change.at for change in stage.audit() if change.job == job and change.to_state == "UNSURE"]
    taken = [change.at for change in stage.audit() if change.job == job and change.to_state == "SUBMITTING"]
    assert LEASE_SECONDS - 0.1 < given_up - taken[0] < LEASE_SECONDS + 15
    assert given_up > since


@fault("F28")
def test_two_schedulers_do_no_more_than_one(stage: Stage) -> None:
    second = stage.new_scheduler()
    second.wait()
    jobs = stage.create_jobs(10)
    stage.wait_for_states(jobs, "COMPLETED")
    books = held(stage, jobs)
    assert books.flagged | books.recovered == set()
    stage.dismiss(second)


@fault("F28")
def test_a_scheduler_that_is_gone_is_seen_from_outside(stage: Stage) -> None:
    assert stage.web
    stage.wait_until(lambda: _readiness(stage) == (200, "ok"), 30, "the portal is ready")
    stage.scheduler().kill()
    # The last messages may still be on their way.
    stage.wait_until(lambda: _after_a_while(stage) == (503, "late"), 30, "the sweep is late")
    stage.scheduler().start().wait()
    stage.wait_until(lambda: _readiness(stage) == (200, "ok"), 30, "the portal is ready again")
    # The answers that told of it were meant to.
    stage.web.answers.clear()


def _readiness(stage: Stage) -> tuple[int, str]:
    assert stage.web
    answer = stage.web.get("/readyz")
    return answer.code, json.loads(answer.text)["sweep"]["state"]


def _after_a_while(stage: Stage) -> tuple[int, str]:
    """What is told when nobody has swept for a minute and a half."""
    earlier = "at - interval '90 seconds'"
    if stage.kind == SQLITE:
        earlier = "strftime('%Y-%m-%d %H:%M:%f', at, '-90 seconds')"
    stage.database.execute(f"UPDATE jobs_pulse SET at = {earlier} WHERE name = 'sweep'")
    return _readiness(stage)


@fault("F28")
def test_jobs_go_on_without_a_scheduler_and_what_it_repairs_waits_for_it(stage: Stage) -> None:
    stage.scheduler().kill()
    stage.sandbox.hold("CreateJob", "after", "out")
    [cut_off] = stage.create_jobs()
    stage.sandbox.wait_at("out")
    stage.worker().kill()
    stage.sandbox.clear()
    stage.worker().start().wait()
    jobs = stage.create_jobs(3)
    stage.wait_for_states(jobs, "COMPLETED")
    assert stage.rows()[cut_off] == "SUBMITTING"
    stage.scheduler().start().wait()
    stage.wait_until_settled([cut_off, *jobs], RECOVERY_SECONDS)
    assert held(stage, [cut_off, *jobs]).recovered == {cut_off}
