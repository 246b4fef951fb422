"""Carries a kept database into a PostgreSQL, as the version that it is of would have written it there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from django.db import connection, transaction
from psycopg import sql

from tests.data.steps import migrate_in_steps


def transfer(kept: Path) -> None:
    """Into the empty database at hand: its version's tables, then its rows; for `manage.py shell`."""
    with closing(sqlite3.connect(kept)) as source:
        migrate_in_steps(_leaves(source))
        with transaction.atomic():
            _fill(source)


def _leaves(source: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Each app's last migration, in the order in which they were applied."""
    rows = source.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    yield from dict(rows).items()


def _fill(source: sqlite3.Connection) -> None:
    tables = [
        name
        for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        if not name.startswith("sqlite_") and name != "django_migrations"
    ]
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    with connection.cursor() as cursor:
        # Migrating fills a few by itself.
        cursor.execute(sql.SQL("TRUNCATE {}").format(names))
        for table in tables:
            _copy(source, table)
            for column in _numbered(table):
                cursor.execute(
                    sql.SQL("SELECT setval(%s, (SELECT max({0}) + 1 FROM {1}), false)").format(
                        sql.Identifier(column[0]), sql.Identifier(table)
                    ),
                    [column[1]],
                )


def _copy(source: sqlite3.Connection, table: str) -> None:
    rows = source.execute(f'SELECT * FROM "{table}"')
    columns = [each[0] for each in rows.description]
    kinds = _kinds(table)
    # PostgreSQL reads a text as what the column holds: 0 as false, 32 digits as a UUID, JSON, moments in UTC.
    values = sql.SQL(", ").join(sql.SQL(f"CAST(%s AS {kinds[column]})") for column in columns)
    insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)), values
    )
    with connection.cursor() as cursor:
        for row in rows.fetchall():
            cursor.execute(insert, [None if value is None else str(value) for value in row])


def _kinds(table: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table]
        )
        return dict(cursor.fetchall())


def _numbered(table: str) -> list[tuple[str, str]]:
    """Columns that count by themselves, with their sequences; where rows are none the count begins at 1."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, pg_get_serial_sequence(quote_ident(table_name), column_name)"
            " FROM information_schema.columns WHERE table_name = %s AND is_identity = 'YES'",
            [table],
        )
        found = cursor.fetchall()
        cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table)))
        return found if cursor.fetchone()[0] else []
