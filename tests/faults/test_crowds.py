"""Many at once: five hundred that are overdue, a hundred thousand that are old (F29, F33)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from tests.faults.conftest import held
from tests.faults.stage import SQLITE, Stage
from tests.faults.verdicts import fault

OVERDUE, OLD = 500, 100_000
CAP = 100.0
# What may leave at once after a rest (jobs.engine.pacing).
BURST = 50
RECOVERY_SECONDS = 120.0


@fault("F29")
def test_after_an_hour_without_workers_all_are_asked_once_and_not_all_at_once(stage: Stage) -> None:
    account = stage.account().id
    stage.sandbox.outcome("never_ends", times=OVERDUE)
    at = "/output/musicBeat"
    jobs = stage.person.do("fill", account=account, count=OVERDUE, state="QUEUED", destination=at)
    stage.wait_for_states(jobs, "SUBMITTED", "PROCESSING", seconds=90)
    stage.worker().kill()
    stage.person.do("limits", account=account, calls_per_second=CAP)
    earlier = "due_at - interval '1 hour'"
    if stage.kind == SQLITE:
        earlier = "strftime('%Y-%m-%d %H:%M:%f', due_at, '-1 hour')"
    stage.database.execute(f"UPDATE jobs_refresh SET due_at = {earlier}")
    last = stage.sandbox.ledger()[-1]["number"]
    stage.worker().start().wait()
    stage.wait_until(lambda: len(_asked(stage, last)) == OVERDUE, RECOVERY_SECONDS, "all are asked about")
    calls = stage.sandbox.ledger("get_job", after=last)
    # The last look takes the last of them together with the first that are due again, in no order.
    assert max(Counter(call["job_id"] for call in calls[: OVERDUE - BURST]).values()) == 1
    assert max(Counter(call["job_id"] for call in calls[:OVERDUE]).values()) <= 2
    seconds = Counter(int(datetime.fromisoformat(call["time"]).timestamp()) for call in calls)
    assert max(seconds.values()) <= CAP + BURST
    assert set(stage.rows(jobs).values()) <= {"SUBMITTED", "PROCESSING"}
    stage.person.do("limits", account=account, calls_per_second=None)
    stage.person.do("delete_jobs", jobs=jobs)
    held(stage, jobs, deleted=jobs)


def _asked(stage: Stage, last: int) -> set[str]:
    return {call["job_id"] for call in stage.sandbox.ledger("get_job", after=last)}


@fault("F33")
def test_a_sweep_over_a_hundred_thousand_old_rows_takes_less_than_a_second(
    new_stage: Callable[..., Stage],
) -> None:
    stage = new_stage(workers=0, schedulers=0)
    [one] = stage.create_jobs()
    _multiply(stage, one, OLD)
    stage.database.execute("ANALYZE")
    stage.person.do("sweep")
    assert min(stage.person.do("sweep") for _ in range(3)) < 1.0
    if stage.kind != SQLITE:
        # SQLite cannot tell that a list of states is the list of an index, and reads rows quickly enough.
        assert [plan for plan in stage.person.do("plans") if "Seq Scan on jobs_job" in plan] == []
    stage.new_worker().wait()
    jobs = [one, *stage.create_jobs(5)]
    stage.wait_for_states(jobs, "COMPLETED", seconds=30)
    assert stage.sandbox.summary()["twice"] == {}


def _multiply(stage: Stage, job: str, times: int) -> None:
    """So many copies of the job that ended long ago."""
    new, names = (
        "gen_random_uuid()",
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
    )
    rows = f"generate_series(1, {times})"
    if stage.kind == SQLITE:
        new, names = "lower(hex(randomblob(16)))", "SELECT name FROM pragma_table_info(%s)"
        more = f"SELECT x + 1 FROM n WHERE x < {times}"
        rows = f"(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL {more}) SELECT x FROM n)"
    own = {"id": new, "idempotency_key": new, "state": "'COMPLETED'"}
    columns = [name for (name,) in stage.database.query(names, "jobs_job")]
    values = ", ".join(own.get(name, name) for name in columns)
    if stage.kind != SQLITE:
        # Without triggers, of foreign keys or of the audit: the rows are not what is tested.
        stage.database.execute("SET session_replication_role = replica")
    stage.database.execute(
        f"INSERT INTO jobs_job ({', '.join(columns)}) SELECT {values} FROM jobs_job, {rows} WHERE id = %s",
        stage.database.key(job),
    )
