"""Remembers every call whose signature was good, secrets left out, so that tests can count what arrived."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sandbox.database import Database, Value
from sandbox.platform.call import Call

SCHEMA = """
create table if not exists ledger(number integer primary key, kind text not null, time real not null,
    source text not null, custom_id text not null, job_id text not null, content_id text not null,
    request text not null);
"""
LATER = {"performed": "int not null default 1", "answered": "text not null default 'ok'"}
INDEXES = """
create index if not exists ledger_kind on ledger(kind);
create index if not exists ledger_answered on ledger(kind, answered);
create index if not exists ledger_created on ledger(custom_id) where kind = 'create_job';
"""
KINDS = {"Register": "register", "CreateJob": "create_job", "GetJob": "get_job"}
NOT_PERFORMED = "_not_performed"
OK, REFUSED = "ok", "refused"
PAGE = 5000  # entries read at a time, so that calls need not wait for a reader
SECRET = re.compile(r"secret|signature|password|token|authorization", re.IGNORECASE)


class Ledger:
    """Entries of kind `register`, `create_job` and `get_job` for performed calls, the same with
    `_not_performed` for all others, oldest first; `answered` is ok, refused, or what went wrong."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.add_columns("ledger", LATER)
        database.script(INDEXES)

    def add(
        self,
        call: Call,
        *,
        now: float,
        answered: str,
        performed: bool = True,
        content_id: str = "",
        job_id: str = "",
    ) -> None:
        """Write one entry; the request's secrets are left out, and so are the queries of its URLs."""
        self._database.run(
            "insert into ledger"
            "(kind, time, source, custom_id, job_id, content_id, request, performed, answered)"
            " values(?, ?, ?, ?, ?, ?, ?, ?, ?)",
            KINDS[call.action] + ("" if performed else NOT_PERFORMED),
            now,
            call.source,
            call.custom_id,
            job_id or call.job_id,
            content_id,
            json.dumps(scrubbed(call.body), ensure_ascii=False),
            performed,
            answered,
        )

    def document(self, *, kind: str = "", after: int = 0) -> bytes:
        """The entries as a JSON array, those of one kind only or after an entry's number; `time` is ISO 8601
        in UTC."""
        return ("[\n" + ",\n".join(self._lines(kind, after)) + "\n]\n").encode()

    def newest(self, count: int) -> list[dict[str, Any]]:
        """The newest entries without their requests, newest first; `time` in seconds since 1970."""
        columns = "number, kind, time, source, custom_id, job_id, answered"
        rows = self._database.all(f"select {columns} from ledger order by number desc limit ?", count)  # noqa: S608  (names of our own, values are parameters)
        return [dict(row) for row in rows]

    def summary(self) -> dict[str, object]:
        """Counts by kind, by kind and answer, and the custom ids of more than one accepted CreateJob."""
        kinds: dict[str, int] = {}
        answered: dict[str, dict[str, int]] = {}
        for row in self._database.all(
            "select kind, answered, count(*) n from ledger group by kind, answered"
        ):
            kinds[row["kind"]] = kinds.get(row["kind"], 0) + row["n"]
            answered.setdefault(row["kind"], {})[row["answered"]] = row["n"]
        twice = self._database.all(
            "select custom_id, count(*) n from ledger where kind = 'create_job' and custom_id != ''"
            " group by custom_id having n > 1"
        )
        return {"kinds": kinds, "answered": answered, "twice": {row["custom_id"]: row["n"] for row in twice}}

    def _lines(self, kind: str, after: int) -> Iterator[str]:
        where = "kind = ? and " if kind else ""
        sql = f"select * from ledger where {where}number > ? order by number limit {PAGE}"  # noqa: S608  (names of our own, values are parameters)
        asked: list[Value] = [kind] if kind else []
        while rows := self._database.all(sql, *asked, after):
            for row in rows:
                known = {**dict(row), "time": _iso(row["time"]), "performed": bool(row["performed"])}
                request = known.pop("request")
                # Already JSON: read and written again, a hundred thousand of them would take a while.
                yield f'{json.dumps(known, ensure_ascii=False)[:-1]}, "request": {request}}}'
            after = rows[-1]["number"]


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def scrubbed(value: object) -> object:
    """The value without secret members, and with URLs cut before their query (it may hold a signature)."""
    if isinstance(value, dict):
        return {name: scrubbed(item) for name, item in value.items() if not SECRET.search(str(name))}
    if isinstance(value, list):
        return [scrubbed(item) for item in value]
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return value.partition("?")[0]
    return value
