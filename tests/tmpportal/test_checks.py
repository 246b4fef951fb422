"""A wrong configuration is said before anything starts, in words that hold no key."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks

from accounts.models import Account
from tests.demo_process import ROOT, clean_env
from tests.factories import make_account
from tmpportal import checks
from tmpportal.env import new_field_key

KEPT = ROOT / "tests/data/portal-0.1.0.sql"


def ids(found):
    return {message.id.removeprefix("tmpportal.") for message in found}


def manage(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=clean_env(data), capture_output=True, text=True, timeout=60)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The data folder of a portal that holds secrets."""
    database = sqlite3.connect(tmp_path / "portal.sqlite3")
    database.executescript(KEPT.read_text(encoding="utf-8"))
    database.close()
    shutil.copy(KEPT.with_suffix(".keys"), tmp_path / "field.keys")
    return tmp_path


def test_no_key_is_an_error_that_names_its_place(settings):
    settings.FIELD_KEYS = ""
    (found,) = checks.check_field_keys(None)
    assert found.id == "tmpportal.E001"
    assert str(settings.DATA_DIR) in found.hint


@pytest.mark.django_db
def test_the_check_of_the_database_finds_a_lost_key(alice, settings):
    make_account(alice)
    assert run_checks(tags=["database"], databases=["default"]) == []
    settings.FIELD_KEYS = new_field_key()
    assert ids(run_checks(tags=["database"], databases=["default"])) == {"E004"}


@pytest.mark.django_db
def test_the_check_of_the_database_names_a_damaged_secret(alice):
    account = make_account(alice)
    Account.objects.filter(pk=account.pk).update(tmp_secret_key=account.__dict__["bucket_secret_key"])
    (found,) = run_checks(tags=["database"], databases=["default"])
    assert (found.id, str(account.pk) in found.msg) == ("tmpportal.W004", True)


@pytest.mark.parametrize("command", ["portal", "demo"])
def test_a_lost_key_file_refuses_to_start_in_one_sentence_and_makes_no_new_key(kept, command):
    (kept / "field.keys").unlink()
    done = manage(kept, command, "--port", "8700")
    assert done.returncode == 1
    assert done.stdout == ""
    (sentence,) = done.stderr.strip().splitlines()
    assert "is missing from" in sentence
    assert str(kept / "field.keys") in sentence
    assert not (kept / "field.keys").exists()


def test_a_wrong_key_under_the_right_id_refuses_to_start(kept):
    key_id = (kept / "field.keys").read_text().partition(":")[0]
    (kept / "field.keys").write_text(f"{key_id}:{new_field_key().partition(':')[2]}")
    done = manage(kept, "portal", "--port", "8700")
    assert done.returncode == 1
    assert "another key" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_earlier_database_passes_the_check_before_it_is_migrated(kept):
    done = manage(kept, "check", "--database", "default")
    assert done.returncode == 0, done.stderr


def test_a_new_key_is_made_where_nothing_is_sealed(tmp_path):
    assert manage(tmp_path, "migrate", "--verbosity", "0").returncode == 0
    (tmp_path / "field.keys").unlink()
    refused = manage(tmp_path, "check")
    assert "tmpportal.E001" in refused.stderr
    script = "from tmpportal import launch; launch.require_keys()"
    assert manage(tmp_path, "shell", "--command", script).returncode == 0
    assert manage(tmp_path, "check").returncode == 0
