"""Rounds with ten thousand jobs in flight: how late the portal knows, in how much memory, and how fast."""

from __future__ import annotations

from tests.benchmarks import running
from tests.benchmarks.figures import host_load, note
from tests.benchmarks.running import Cost, Plan, Running
from tests.benchmarks.stage import PORTAL, Stage

TEN_THOUSAND = Plan(jobs=10_000, interval=10.0, warm=12.0, window=40.0)
FASTEST = Plan(jobs=12_000, interval=2.0, warm=6.0, window=15.0, workers=2)
SMALL = Plan(jobs=50, interval=0.5, warm=0.5, window=6.0, lasting=(0.5, 12.0))
# Whatever finished so long before the end of the window had every chance to be seen in time.
GRACE_SECONDS = 4.0
SEEN = (
    "SELECT tmp_id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 "
    "FROM jobs_job WHERE ended_at IS NOT NULL"
)


def staleness(stage: Stage, plan: Plan) -> dict[str, float]:
    """One round at a steady pace."""
    with running.engine(stage, plan) as at_work:
        cost = at_work.measure(plan)
        memory = at_work.workers.pss_mib()
        lateness, unseen = _lateness(at_work, cost, plan)
    note(f"{plan.jobs} jobs every {plan.interval:g} s: {cost}, {host_load()}")
    parts = ", ".join(f"p{part} {_percentile(lateness, part):.2f}" for part in (50, 95, 99))
    note(f"seconds from the end at TMP to the commit: {parts}; {len(lateness)} jobs, {unseen} not seen")
    return {
        "staleness_p95_minus_interval_s": _percentile(lateness, 95) - plan.interval,
        "pss_mib_workers_10k": memory,
    }


def throughput(stage: Stage, plan: Plan) -> dict[str, float]:
    """One round with more questions due than can be asked."""
    with running.engine(stage, plan) as at_work:
        cost = at_work.measure(plan)
    note(f"{plan.workers} workers, as fast as it goes: {cost}, {host_load()}")
    return {"polls_per_s_two_cores": cost.polls / cost.seconds}


def _lateness(at_work: Running, cost: Cost, plan: Plan) -> tuple[list[float], int]:
    """Seconds after which an end was seen, for ends that could be seen within the window; how many were not.

    An end that was not seen counts as seen at the end of the window, which flatters only those late anyway.
    """
    until = cost.until.at
    seen = dict(at_work.stage.postgres.execute(SEEN, PORTAL))
    lateness, unseen = [], 0
    for tmp_id, finished_at in at_work.gateway.truth().items():
        if cost.since.at <= finished_at <= until - plan.interval - GRACE_SECONDS:
            seen_at = seen.get(tmp_id, until)
            unseen += seen_at >= until
            lateness.append(min(seen_at, until) - finished_at)
    return lateness, unseen


def _percentile(values: list[float], part: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * part // 100)]
