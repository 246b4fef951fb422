"""Remembers every call the gateway accepted, secrets left out, so that tests can count what arrived."""

import json
import re

from sandbox.database import Database
from sandbox.store_xml import iso

SCHEMA = """
create table if not exists ledger(number integer primary key, kind text not null, time real not null,
    source text not null, custom_id text not null, job_id text not null, content_id text not null,
    request text not null);
"""
SECRET = re.compile(r"secret|signature|password|token|authorization", re.IGNORECASE)


class Ledger:
    """Entries of kind `register`, `create_job` and `get_job`, oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        kind: str,
        *,
        now: float,
        source: str,
        content_id: str,
        request: object,
        job_id: str = "",
        custom_id: str = "",
    ) -> None:
        """Write one entry; the request's secrets are left out, and so are the queries of its URLs."""
        self._database.run(
            "insert into ledger values(null, ?, ?, ?, ?, ?, ?, ?)",
            kind,
            now,
            source,
            custom_id,
            job_id,
            content_id,
            json.dumps(scrubbed(request), ensure_ascii=False),
        )

    def entries(self) -> list[dict[str, object]]:
        """All entries as JSON values; `time` is ISO 8601 in UTC."""
        rows = self._database.all("select * from ledger order by number")
        return [
            {**dict(row), "time": iso(row["time"]), "request": json.loads(row["request"])} for row in rows
        ]


def scrubbed(value: object) -> object:
    """The value without secret members, and with URLs cut before their query (it may hold a signature)."""
    if isinstance(value, dict):
        return {name: scrubbed(item) for name, item in value.items() if not SECRET.search(str(name))}
    if isinstance(value, list):
        return [scrubbed(item) for item in value]
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return value.partition("?")[0]
    return value
