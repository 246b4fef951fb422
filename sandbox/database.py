"""One SQLite file behind one lock, because gateway, store and worker write from their own threads."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

Value = str | bytes | int | float | None


class Database:
    """A SQLite file in WAL mode that survives the process being killed. Raises sqlite3.DatabaseError for one
    that is damaged, before anything relies on it."""

    def __init__(self, path: Path, schema: str) -> None:
        self._lock = threading.RLock()
        path.touch(mode=0o600)
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma journal_mode=wal")
        self._connection.execute("pragma synchronous=normal")
        (verdict,) = self._connection.execute("pragma quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"{path.name} is damaged")
        self._connection.executescript(schema)

    def all(self, sql: str, *values: Value) -> list[sqlite3.Row]:
        """Every row of the answer."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Value) -> sqlite3.Row | None:
        """The first row of the answer, or None."""
        with self._lock:
            row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def run(self, sql: str, *values: Value) -> int:
        """Run one statement; returns how many rows it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def script(self, sql: str) -> None:
        """Run several statements without values."""
        with self._lock:
            self._connection.executescript(sql)

    def columns(self, table: str) -> set[str]:
        """The names of a table's columns."""
        return {row["name"] for row in self.all("select name from pragma_table_info(?)", table)}

    def add_columns(self, table: str, wanted: Mapping[str, str]) -> None:
        """Give an older table the columns it lacks; `wanted` has their declarations by name."""
        for name in wanted.keys() - self.columns(table):
            self.run(f"alter table {table} add column {name} {wanted[name]}")

    @contextmanager
    def together(self) -> Iterator[None]:
        """All statements inside happen, or none; other threads wait."""
        with self._lock:
            self._connection.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def close(self) -> None:
        """Let go of the file; later calls raise sqlite3.ProgrammingError."""
        with self._lock:
            self._connection.close()
