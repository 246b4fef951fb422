"""A portal's database from outside, SQLite or PostgreSQL: all that is in it as text, and a table away."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import psycopg
from psycopg import sql

from tests.secrets_search import dump


def dumped(database: str) -> str:
    """Every row of every table, of a `postgres://` URL or a path."""
    if not database.startswith("postgres"):
        return dump(Path(database))
    with psycopg.connect(database, autocommit=True) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = (
            row
            for (name,) in names
            for row in connection.execute(
                sql.SQL("SELECT row_to_json(t)::text FROM {} t").format(sql.Identifier(name))
            ).fetchall()
        )
        return "\n".join(text for (text,) in rows)


def rename(database: str, name: str, to: str) -> None:
    """Take a table away, or bring it back."""
    if database.startswith("postgres"):
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                sql.SQL("ALTER TABLE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to))
            )
        return
    with contextlib.closing(sqlite3.connect(database, timeout=20)) as connection:
        connection.execute(f"ALTER TABLE {name} RENAME TO {to}")
        connection.commit()
