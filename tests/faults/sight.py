"""What is seen of a portal from outside: its rows past the product, its bucket, and how long they take."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tencent.bucket import Bucket
from tencent.keys import BucketKeys
from tests import prepared
from tests.faults.databases import Database
from tests.sandbox_process import SandboxProcess

ENDED = ("COMPLETED", "ERROR", "CANCELED", "GAVE_UP")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of a job's state as the database saw it; `at` in seconds since 1970, "" is no state.

    `who` is the program that made it, where the database knows (PostgreSQL).
    """

    at: float
    job: str
    from_state: str
    to_state: str
    who: str


class Sight:
    """Looks at `database` and `sandbox`, and waits for what it wants to see."""

    database: Database
    sandbox: SandboxProcess

    def rows(self, jobs: Sequence[str] | None = None) -> dict[str, str]:
        """The states of all jobs, or of these, by id; waits while the database is away."""
        rows = self.database.query("SELECT id, state FROM jobs_job")
        states = {plain_id(job): state for job, state in rows}
        return states if jobs is None else {job: states[job] for job in jobs if job in states}

    def audit(self) -> list[Change]:
        """Every change of a state, in order."""
        rows = self.database.query(
            f"SELECT at, job, from_state, to_state, who FROM {prepared.AUDIT} ORDER BY number"
        )
        return [
            Change(at=at, job=plain_id(job), from_state=old, to_state=new, who=who)
            for at, job, old, new, who in rows
        ]

    def path_of(self, job: str) -> list[str]:
        """The states that the job was in, in order."""
        return [change.to_state for change in self.audit() if change.job == job]

    def lock_row(self, job: str) -> Any:
        """A context in which no program can change the job; SQLite locks all rows, of whatever job."""
        return self.database.lock_row(self.database.key(job))

    def has_output(self, custom_id: str) -> bool:
        """Whether TMP left a file at the destination of this attempt."""
        return bool(self.bucket().list(f"output/musicBeat/{custom_id}/", limit=1).entries)

    def bucket(self) -> Bucket:
        """The bucket, opened past the portal."""
        keys = BucketKeys(secret_id=self.sandbox.secret_id, secret_key=self.sandbox.secret_key)
        return Bucket(self.sandbox.bucket, self.sandbox.region, keys, store_url=self.sandbox.store)

    def can_write(self) -> bool:
        """Whether nobody holds a lock for which everybody waits (SQLite has such)."""
        try:
            with self.database.lock_row(str(uuid.uuid4())):
                return True
        except sqlite3.OperationalError:
            return False

    def wait_until(self, condition: Callable[[], object], seconds: float, what: str = "") -> None:
        """Look often; raises AssertionError with `what` and the states of all jobs when it does not come."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                states = Counter(self.rows().values())
                raise AssertionError(f"Not within {seconds:.0f} s: {what or 'the condition'}; {dict(states)}")
            time.sleep(0.05)

    def wait_for_states(self, jobs: Sequence[str], *states: str, seconds: float = 20) -> None:
        """Until every one of the jobs is in one of these states."""
        self.wait_until(lambda: set(self.rows(jobs).values()) <= set(states), seconds, " or ".join(states))

    def wait_until_settled(self, jobs: Sequence[str], seconds: float = 40) -> None:
        """Until each of the jobs has ended, or is UNSURE and has left nothing in the bucket."""
        self.wait_until(lambda: not self.unsettled(jobs), seconds, "every job is settled")

    def unsettled(self, jobs: Sequence[str]) -> list[str]:
        """Those jobs that may still change by themselves."""
        open_ = {job: state for job, state in self.rows(jobs).items() if state not in ENDED}
        if not open_ or set(open_.values()) != {"UNSURE"}:
            return list(open_)
        entries = self.sandbox.ledger("create_job")
        performed = {entry["custom_id"] for entry in entries if entry["custom_id"][:36] in open_}
        return [custom_id[:36] for custom_id in performed if self.has_output(custom_id)]


def plain_id(job: Any) -> str:
    """An id as the ledger writes it."""
    text = str(job).replace("-", "")
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
