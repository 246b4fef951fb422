"""Jobs as if long at work: rows whose next questions are spread over the interval, and their like at TMP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from uuid import uuid4

from django.db import connection

from accounts.models import Account
from jobs.models import Job, enter
from tests.benchmarks.stage import Stage
from tests.demo_process import ROOT
from tests.factories import new_job

# Seconds until the first question is due: workers are up by then, so that none begins with a backlog.
FIRST_QUESTION_SECONDS = 3.0


def seed_portal(count: int, *, interval: float) -> list[str]:
    """Jobs that TMP is working on; returns TMP's ids."""
    account = Account.objects.get()
    owner = account.members.get()
    tmp_ids = [str(uuid4()) for _ in range(count)]
    known = {"owner": owner, "state": Job.State.PROCESSING, "tmp_state": 2}
    enter([new_job(account, tmp_id=tmp_id, **known) for tmp_id in tmp_ids], note="accepted")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_refresh SET due_at = now() + make_interval(secs => %s + random() * %s)",
            [FIRST_QUESTION_SECONDS, interval],
        )
        cursor.execute("ANALYZE")
    connection.close()
    return tmp_ids


def seed_naive(stage: Stage, count: int, *, interval: float) -> list[str]:
    """The same for the naive app: its rows, and a message for each in Redis; returns TMP's ids."""
    tmp_ids = [str(uuid4()) for _ in range(count)]
    ask_naive(stage, "poll", tmp_ids, NAIVE_POLL_SECONDS=str(interval))
    return tmp_ids


def ask_naive(stage: Stage, what: str, given: Sequence[str], **env: str) -> str:
    """Run tests.benchmarks.naive.begin over `given`; returns what it printed."""
    said = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.naive.begin", what],
        cwd=ROOT,
        env=stage.naive_env() | env,
        input=json.dumps(list(given)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return said.stdout
