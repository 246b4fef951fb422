"""A new release takes over from an old one while jobs are under way (F27).

An old worker cannot work beside a new one over tables that have moved on (0.3.0 takes columns of 0.2.0
away), so a deployment is: stop, migrate, start. A stop may be a kill.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.demo_process import ROOT
from tests.faults import invariants
from tests.faults.conftest import held
from tests.faults.evidence import gather
from tests.faults.stage import Stage
from tests.faults.verdicts import fault

# The last commit of 0.2.0.
BEFORE = "a2de4f4"
JOBS = 6
RECOVERY_SECONDS = 60.0
# With the code of the release before, and its tests.
MAKES_JOBS = f"""
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "tmpportal.settings"
import django
django.setup()
from types import SimpleNamespace
from django.conf import settings
from tests.accounts.contacting import registered_account
from tests.factories import make_job, make_user
account = registered_account(make_user(), SimpleNamespace(**settings.SANDBOX))
print(json.dumps([str(make_job(account).pk) for _ in range({JOBS})]))
"""


@fault("F27")
def test_a_worker_that_is_told_to_end_while_calls_are_out_leaves_nothing_in_doubt(stage: Stage) -> None:
    stage.sandbox.outcome("late", seconds=2, times=3)
    stage.sandbox.fault("slow", "CreateJob", seconds=1.0)
    stage.sandbox.fault("slow", "GetJob", seconds=1.0)
    jobs = stage.create_jobs(4)
    stage.wait_until(lambda: "SUBMITTING" in stage.rows(jobs).values(), 10, "a call is out")
    stage.worker().stop()
    assert "SUBMITTING" not in stage.rows(jobs).values()
    stage.worker().start().wait()
    stage.wait_for_states(jobs, "COMPLETED", seconds=RECOVERY_SECONDS)
    books = held(stage, jobs)
    assert books.flagged | books.recovered == set()


@fault("F27")
def test_jobs_of_the_release_before_are_finished_by_this_one(
    new_stage: Callable[..., Stage], old_tree: Path
) -> None:
    stage = new_stage(workers=0, schedulers=0, release=old_tree)
    jobs = json.loads(stage.run("-c", MAKES_JOBS))
    stage.sandbox.outcome("late", seconds=4, times=3)
    stage.sandbox.hold("CreateJob", "after", "out")
    old = stage.new_old_worker()
    stage.sandbox.wait_at("out", seconds=40)
    stage.wait_until(lambda: len(stage.sandbox.ledger("create_job")) == JOBS, 20, "all are sent")
    # Told to end, and killed when it still waits for its call.
    old.stop()
    stage.sandbox.clear()
    stage.dismiss(old)
    stage.deploy()
    for program in (stage.new_worker(), stage.new_scheduler()):
        program.wait()
    stage.wait_until_settled(jobs, RECOVERY_SECONDS)
    evidence = gather(stage, jobs)
    assert invariants.lost(evidence) + invariants.doubled(evidence) + invariants.stuck(evidence) == []
    assert invariants.wrong(stage, evidence) == []
    assert set(stage.rows(jobs).values()) == {"COMPLETED"}


@pytest.fixture(scope="session")
def old_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release before, out of the history; a clone without it cannot tell."""
    folder = tmp_path_factory.mktemp("release-before")
    packed = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, capture_output=True)
    if packed.returncode:
        pytest.skip(f"this clone does not have {BEFORE}")
    subprocess.run(["tar", "-x"], cwd=folder, input=packed.stdout, check=True)
    return folder
