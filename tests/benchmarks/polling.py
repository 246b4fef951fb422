"""Rounds of polling: against the naive app, against a bare client, and on its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from uuid import uuid4

from tests.benchmarks import running
from tests.benchmarks.figures import host_load, note
from tests.benchmarks.gateway_process import WITH_RESULT, GatewayProcess
from tests.benchmarks.running import Cost, Plan
from tests.benchmarks.stage import Stage
from tests.demo_process import ROOT

FEW = Plan(jobs=2_000, interval=5.0, warm=8.0, window=25.0)
FLAT_OUT = Plan(jobs=2_000, interval=1.0, warm=5.0, window=15.0)
SMALL = Plan(jobs=50, interval=0.5, warm=0.5, window=1.5, lasting=(0.5, 12.0))
# What the bare client and the engine have on the wire.
AT_ONCE = 64


def against_naive(stage: Stage, plan: Plan) -> dict[str, float]:
    """One round: the naive app, the tuned one, the engine, and the engine with results to read."""
    simple = _naive(stage, plan, "naive")
    tuned = _naive(stage, replace(plan, env={"NAIVE_DB_REUSE_MAX": "1000000"}), "tuned naive")
    ours = _engine(stage, plan, "engine")
    reading = _engine(stage, replace(plan, ends=WITH_RESULT), "engine, reading results")
    return {
        "polls_per_cpu_s_vs_naive": ours.polls_per_cpu_second / simple.polls_per_cpu_second,
        "polls_per_cpu_s_vs_naive_collecting": reading.polls_per_cpu_second / simple.polls_per_cpu_second,
        "polls_per_cpu_s_vs_tuned_naive": ours.polls_per_cpu_second / tuned.polls_per_cpu_second,
        "redis_cmds_per_poll": ours.per_poll("redis_commands"),
        "db_transactions_per_poll": ours.per_poll("transactions"),
    }


def against_bare_client(stage: Stage, plan: Plan) -> dict[str, float]:
    """One round: both with AT_ONCE calls on the wire for as long as it lasts."""
    bare = _bare_client(plan)
    note(f"bare client: CPU ms a call {1000 * bare:.3f}, {host_load()}")
    ours = _engine(stage, replace(plan, env={"TMPPORTAL_CALLS_AT_ONCE": str(AT_ONCE)}), "engine flat out")
    return {"poll_cpu_vs_bare_client": ours.cpu_seconds / ours.polls / bare}


def _engine(stage: Stage, plan: Plan, name: str) -> Cost:
    with running.engine(stage, plan) as at_work:
        cost = at_work.measure(plan)
    note(f"{name}: {cost}, {host_load()}")
    return cost


def _naive(stage: Stage, plan: Plan, name: str) -> Cost:
    with running.naive(stage, plan) as at_work:
        cost = at_work.measure(plan)
    note(f"{name}: {cost}, {host_load()}")
    return cost


def _bare_client(plan: Plan) -> float:
    """CPU seconds of a call."""
    tmp_ids = [str(uuid4()) for _ in range(plan.jobs)]
    with GatewayProcess() as gateway:
        gateway.seed(tmp_ids, seconds=plan.lasting)
        words = [gateway.url, AT_ONCE, plan.warm, plan.window]
        said = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.bare_client", *map(str, words)],
            cwd=ROOT,
            input=json.dumps(tmp_ids),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    calls, spent = json.loads(said.stdout)
    return float(spent / calls)
