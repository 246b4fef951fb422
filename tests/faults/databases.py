"""A stage's database as a judge sees it: by SQL of its own, past the product."""

from __future__ import annotations

import sqlite3
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.servers import PostgresServer

# How long a question waits for a database that is away.
PATIENCE_SECONDS = 45.0
JUDGE = "judge"


class Database(ABC):
    """Where the portal keeps its rows."""

    url = ""

    def query(self, sql: str, *values: object, seconds: float = PATIENCE_SECONDS) -> list[tuple[Any, ...]]:
        """Rows; `%s` stands for a value. Asks again for `seconds` while the database is away."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self._ask(sql, values)
            except (psycopg.OperationalError, sqlite3.OperationalError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def execute(self, sql: str, *values: object) -> None:
        """Change rows behind the product's back, committed."""
        self.query(sql, *values)

    @abstractmethod
    def _ask(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """One try."""

    @abstractmethod
    def script(self, sql: str) -> None:
        """Run several statements."""

    @abstractmethod
    def key(self, job: str) -> str:
        """How the database writes the id of a job."""

    @abstractmethod
    def lock_row(self, job: str) -> Any:
        """A context in which nobody else can change this job (nor, on SQLite, any row)."""

    @abstractmethod
    def waiting(self) -> int:
        """How many connections wait for a lock; -1 where nobody knows."""

    @abstractmethod
    def connections(self) -> dict[str, int]:
        """How many connections each program has, and under "idle" how many sit in a transaction for more
        than two seconds; empty where nobody knows."""

    @abstractmethod
    def dump(self) -> str:
        """Every value of every table."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what this object holds itself."""


class PostgresDatabase(Database):
    """The database `portal` of a server."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.url = server.url_of("portal")
        self._connection: psycopg.Connection | None = None

    def _ask(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._connect(JUDGE)
            cursor = self._connection.execute(sql, values or None)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []
        except psycopg.OperationalError:
            self.close()
            raise

    def _connect(self, name: str, *, autocommit: bool = True) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=autocommit, connect_timeout=5, application_name=name)

    def script(self, sql: str) -> None:
        self._ask(sql, ())

    def key(self, job: str) -> str:
        return str(uuid.UUID(job))

    @contextmanager
    def lock_row(self, job: str) -> Iterator[None]:
        with self.hold("SELECT 1 FROM jobs_job WHERE id = %s FOR UPDATE", job):
            yield

    @contextmanager
    def hold(self, sql: str, *values: object) -> Iterator[psycopg.Connection]:
        """Keep open the transaction in which `sql` was run."""
        with closing(self._connect("holder", autocommit=False)) as connection:
            connection.execute(sql, values or None)  # type: ignore[arg-type]
            yield connection

    def waiting(self) -> int:
        return int(self.query(f"SELECT count(*) {_OTHERS} AND wait_event_type = 'Lock'", JUDGE)[0][0])

    def connections(self) -> dict[str, int]:
        rows = self.query(f"SELECT application_name, count(*) {_OTHERS} GROUP BY 1", JUDGE)
        waits = "state LIKE 'idle in transaction%%' AND state_change < now() - interval '2 seconds'"
        idle = self.query(f"SELECT count(*) {_OTHERS} AND {waits}", JUDGE)[0][0]
        return {**dict(rows), "idle": idle}

    def dump(self) -> str:
        tables = self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return "\n".join(
            row for (name,) in tables for (row,) in self.query(f'SELECT t::text FROM "{name}" AS t')
        )

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


_OTHERS = (
    "FROM pg_stat_activity WHERE backend_type = 'client backend' "
    "AND datname = current_database() AND application_name NOT IN (%s, 'holder')"
)


class SQLiteDatabase(Database):
    """The file of the embedded default."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _ask(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path, timeout=5)) as connection:
            rows = connection.execute(sql.replace("%s", "?"), values).fetchall()
            connection.commit()
            return rows

    def script(self, sql: str) -> None:
        with closing(sqlite3.connect(self.path, timeout=20)) as connection:
            connection.executescript(sql)

    def key(self, job: str) -> str:
        return uuid.UUID(job).hex

    @contextmanager
    def lock_row(self, job: str) -> Iterator[None]:
        with closing(sqlite3.connect(self.path, timeout=2, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    def waiting(self) -> int:
        return -1

    def connections(self) -> dict[str, int]:
        return {}

    def dump(self) -> str:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=20)) as connection:
            return "\n".join(connection.iterdump())

    def close(self) -> None:
        """Every question has a connection of its own."""
