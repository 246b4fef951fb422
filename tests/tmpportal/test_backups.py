"""A backup that was put back is known for one, and nobody makes a file of what is no file."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tmpportal import backups, checks

pytestmark = pytest.mark.django_db(transaction=True)
IS_SQLITE = connection.vendor == "sqlite"


def mark() -> None:
    if IS_SQLITE:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA user_version = 1")


def test_a_check_keeps_workers_from_a_backup_until_the_portal_was_told() -> None:
    """Where other programs start the processes; a PostgreSQL cannot tell, so there the guide must."""
    assert checks.check_restored(None, ["default"]) == []
    mark()
    found = [message.id for message in checks.check_restored(None, ["default"])]
    assert found == (["tmpportal.E014"] if IS_SQLITE else [])
    said = io.StringIO()
    call_command("restored", stdout=said)
    assert "0 jobs and 0 registrations" in said.getvalue()
    assert checks.check_restored(None, ["default"]) == []


def test_a_portal_that_had_been_stopped_goes_on_as_it_stood() -> None:
    mark()
    said = io.StringIO()
    call_command("restored", nothing_was_sent_since=True, stdout=said)
    assert "goes on as it stood" in said.getvalue()
    assert not backups.is_copy()


def test_where_there_is_no_folder_the_backup_says_so(tmp_path: Path) -> None:
    words = "cannot be written" if IS_SQLITE else "pg_dump"
    with pytest.raises(CommandError, match=words):
        call_command("backup", str(tmp_path / "no" / "folder" / "file"))
    assert list(tmp_path.iterdir()) == []
