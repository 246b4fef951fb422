"""The jobs TMP has taken: their rows, the only state there is, so that a restart loses nothing."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Self

from sandbox import assumptions as tmp
from sandbox.database import Database
from sandbox.dialects import Dialect
from sandbox.platform import telling
from sandbox.platform.messages import JobRequest, Members, read_job
from sandbox.platform.outcomes import ENDLESS, WAITING, Outcome, ready

SCHEMA = """
create table if not exists job(id text primary key, content_id text not null, custom_id text not null,
    request text not null, callback text not null, timeout int not null, state int not null,
    found text not null, message text not null, looks int not null, called_back int not null,
    created real not null);
create index if not exists live_job on job(created) where state in (1, 2);
create index if not exists owned_job on job(content_id);
"""
LATER = {
    "ready": "real not null default 0",
    "outcome": "text not null default ''",
    "outcome_seconds": "real not null default 0",
    "outcome_message": "text not null default ''",
}
INDEXES = "create index if not exists ready_job on job(ready) where state in (1, 2);"


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job; `found` holds a capability's answer per output once COMPLETED, or a list of them, one for each
    of an output's several songs; `looks` counts GetJob calls.

    It is performed from `ready` on; times are in seconds since 1970. `outcome` as in sandbox.outcomes.
    """

    id: str
    content_id: str
    custom_id: str
    request: Members
    callback: str
    timeout: int
    state: int
    found: list[object]
    message: str
    looks: int
    called_back: bool
    created: float
    ready: float
    outcome: str
    outcome_seconds: float
    outcome_message: str

    @classmethod
    def of(cls, row: sqlite3.Row) -> Self:
        """From a row."""
        values = {name: json.loads(row[name]) for name in ("request", "found")}
        return cls(**{**dict(row), **values, "called_back": bool(row["called_back"])})

    @property
    def live(self) -> bool:
        """Whether it has not ended yet."""
        return self.state in (tmp.SUBMITTED, tmp.PROCESSING)

    def parsed(self, dialect: Dialect) -> JobRequest:
        """The request as values; it was valid when the job was taken."""
        body: Members = {"createJobRequest": self.request}
        return read_job(body, refuse=lambda capability, params: None, dialect=dialect)


class Jobs:
    """Finds and moves jobs; a move only happens from a live state, so that the first end is the last."""

    def __init__(self, database: Database, dialect: Dialect) -> None:
        self._database, self._dialect = database, dialect
        database.add_columns("job", LATER)
        database.script(INDEXES)

    def add(
        self,
        request: JobRequest,
        *,
        content_id: str,
        now: float,
        outcome: Outcome | None = None,
        seconds: float = 0,
    ) -> str:
        """A new job, to be performed after `seconds` unless its outcome says otherwise; returns its id."""
        job_id = telling.new_id(self._dialect)
        self._database.run(
            "insert into job(id, content_id, custom_id, request, callback, timeout, state, found, message,"
            " looks, called_back, created, ready, outcome, outcome_seconds, outcome_message)"
            " values(?, ?, ?, ?, ?, ?, ?, '[]', '', 0, 0, ?, ?, ?, ?, ?)",
            job_id,
            content_id,
            request.custom_id,
            json.dumps(request.members, ensure_ascii=False),
            request.callback,
            request.timeout,
            # Nobody else will begin those that wait for their time or for ever.
            tmp.PROCESSING if outcome and outcome.kind in WAITING else tmp.SUBMITTED,
            now,
            ready(outcome, now=now, seconds=seconds),
            outcome.kind if outcome else "",
            outcome.seconds if outcome else 0,
            outcome.message if outcome else "",
        )
        return job_id

    def find(self, job_id: str) -> Job | None:
        """The job, or None."""
        row = self._database.one("select * from job where id = ?", job_id)
        return Job.of(row) if row else None

    def by_custom_id(self, content_id: str, custom_id: str) -> Job | None:
        """The first job of an account with this custom id, or None."""
        sql = "select * from job where content_id = ? and custom_id = ? order by created limit 1"
        row = self._database.one(sql, content_id, custom_id) if custom_id else None
        return Job.of(row) if row else None

    def custom_id(self, job_id: str) -> str:
        """The custom id of a job; empty when there is no such job."""
        row = self._database.one("select custom_id from job where id = ?", job_id)
        return str(row["custom_id"]) if row else ""

    def look(self, job_id: str) -> Job | None:
        """Count one GetJob call; the job as it is then, or None."""
        rows = self._database.all("update job set looks = looks + 1 where id = ? returning *", job_id)
        return Job.of(rows[0]) if rows else None

    def next(self, now: float) -> Job | None:
        """The live job that has been ready for longest, or None."""
        sql = "select * from job where state in (1, 2) and ready <= ? order by ready limit 1"
        row = self._database.one(sql, now)
        return Job.of(row) if row else None

    def latest(self, count: int) -> list[Job]:
        """The newest jobs, newest first."""
        rows = self._database.all("select * from job order by created desc limit ?", count)
        return [Job.of(row) for row in rows]

    def numbers(self) -> dict[str, int]:
        """How many jobs there are, by content id."""
        rows = self._database.all("select content_id, count(*) n from job group by content_id")
        return {row["content_id"]: row["n"] for row in rows}

    def overdue(self, now: float) -> list[Job]:
        """Live jobs whose timeout has passed."""
        sql = (
            f"select * from job where state in (1, 2) and created + timeout < ? and outcome not in {ENDLESS}"  # noqa: S608  (names of our own, values are parameters)
        )
        return [Job.of(row) for row in self._database.all(sql, now)]

    def begin(self, job_id: str) -> None:
        """SUBMITTED becomes PROCESSING."""
        self._database.run("update job set state = 2 where id = ? and state = 1", job_id)

    def begin_all(self, created: float) -> None:
        """As begin, for every job that was created before."""
        self._database.run("update job set state = 2 where state = 1 and created < ?", created)

    def flip(self, job_id: str, message: str) -> None:
        """COMPLETED becomes ERROR after all."""
        self._database.run(
            "update job set state = 4, message = ? where id = ? and state = 3", message, job_id
        )

    def complete(self, job_id: str, found: list[object]) -> bool:
        """A live job becomes COMPLETED; False when it had ended already."""
        text = json.dumps(found, ensure_ascii=False)
        sql = "update job set state = 3, found = ? where id = ? and state in (1, 2)"
        return self._database.run(sql, text, job_id) == 1

    def cancel(self, job_id: str) -> bool:
        """A live job becomes CANCELED; False when it had ended already."""
        sql = "update job set state = 5 where id = ? and state in (1, 2)"
        return self._database.run(sql, job_id) == 1

    def fail(self, job_id: str, message: str) -> bool:
        """A live job becomes ERROR; False when it had ended already."""
        sql = "update job set state = 4, message = ? where id = ? and state in (1, 2)"
        return self._database.run(sql, message, job_id) == 1

    def called_back(self, job_id: str) -> None:
        """From now on the caller has been told the end."""
        self._database.run("update job set called_back = 1 where id = ?", job_id)
