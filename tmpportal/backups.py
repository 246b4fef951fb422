"""Copies of a SQLite database beside the running portal, and what a portal does that began from one."""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection

from accounts.registering.restoring import distrust_registrations
from jobs.engine.restoring import distrust_jobs

# What PRAGMA user_version says of a copy; nobody else uses it.
COPY = 1


class NoBackup(Exception):
    """There is none; the message is one sentence for a person."""


def back_up(target: Path) -> int:
    """Copy the database as of one moment to `target`, mode 0600, checked and marked as a copy; bytes.

    Pages and workers go on meanwhile. Raises NoBackup where the database is no SQLite file, `target`
    exists or cannot be written, or the copy is damaged.
    """
    if connection.vendor != "sqlite":
        raise NoBackup(
            f"The database is {connection.display_name}, not a SQLite file: make a pg_dump (docs/deploy.md)."
        )
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(draft)
        # A link, unlike a renaming, never takes the place of an earlier backup.
        os.link(draft, target)
    except FileExistsError as error:
        raise NoBackup(f"{target} exists already: name a new file.") from error
    except (OSError, sqlite3.Error) as error:
        raise NoBackup(f"{target} cannot be written: {error}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(path: Path) -> None:
    source = str(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(source, timeout=20)) as live, closing(sqlite3.connect(path)) as copy:
        # In one step: a copy in several begins anew whenever somebody writes in between.
        live.backup(copy)
        # One file by itself: what a write-ahead log would hold is in it.
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute(f"PRAGMA user_version = {COPY}")
        copy.commit()
        (found,) = copy.execute("PRAGMA quick_check").fetchone()
    if found != "ok":
        raise NoBackup(f"The copy is damaged, so the database may be, too: {found}.")


def is_copy() -> bool:
    """Whether this database is a backup that was put back, and nobody has heard of it yet.

    Of PostgreSQL nobody can tell: `manage.py restored` says so.
    """
    if connection.vendor != "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA user_version")
        return bool(cursor.fetchone()[0] == COPY)


def begin_from_copy() -> str:
    """Distrust all that may have been sent since the backup was made; what that was, for a person."""
    jobs, registrations = distrust_jobs(), distrust_registrations()
    forget_copy()
    return (
        f"This database comes from a backup. {jobs} jobs and {registrations} registrations that were waiting "
        "or on their way then may have been sent since: none is sent again by itself, and a person decides. "
        "All others go on."
    )


def forget_copy() -> None:
    """It is the portal's own database from now on."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA user_version = 0")
