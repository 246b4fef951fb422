"""The drill: a portal at work is lost, and its backup alone becomes a portal that goes on (T7, T8).

What was sent between the backup and the loss is the trap: the backup says that it waits.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.demo_process import ROOT, clean_env, processes_of
from tests.portal_process import PASSWORD, USER, PortalProcess
from tests.sandbox_process import SandboxProcess
from tests.servers import PostgresServer
from tests.songs import clicks
from tmpportal.visitor import Visitor

ENDED = {"DONE", "REFUSED", "DRAFT", "COMPLETED", "ERROR", "GAVE_UP", "CANCELED"}
QUICK = {"TMPPORTAL_FILE_SECONDS_SANDBOX": "1"}
PATIENCE_SECONDS = 60


class Sqlite:
    """A portal on a SQLite file, whose backup is `manage.py backup`."""

    env: dict[str, str] = {}

    def rows(self, data: Path, query: str) -> list[tuple[str, ...]]:
        database = sqlite3.connect(data / "portal.sqlite3", timeout=20)
        found = database.execute(query).fetchall()
        database.close()
        return found

    def back_up(self, data: Path, target: Path) -> None:
        said = manage(data, "backup", str(target))
        assert f"backup={target}" in said.stdout
        assert target.stat().st_mode & 0o777 == 0o600

    def restore(self, backup: Path, data: Path) -> None:
        shutil.copy(backup, data / "portal.sqlite3")


class Postgres:
    """A portal on a PostgreSQL, backed up as docs/deploy.md says."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.number = 0
        self._new_database()

    def _new_database(self) -> None:
        self.number += 1
        self.name = f"drill_{self.number}"
        self.env = {"DATABASE_URL": self.server.new_database(self.name)}

    def rows(self, data: Path, query: str) -> list[tuple[str, ...]]:
        return self.server.execute(query, self.name)

    def back_up(self, data: Path, target: Path) -> None:
        refused = manage(data, "backup", str(target), code=1, **self.env)
        assert "pg_dump" in refused.stderr and not target.exists()
        self._run("pg_dump", "--format=custom", f"--file={target}", self.env["DATABASE_URL"])

    def restore(self, backup: Path, data: Path) -> None:
        lost = self.name
        self._new_database()
        self.server.drop_database(lost)
        self._run(
            "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={self.env['DATABASE_URL']}", backup
        )
        manage(data, "restored", **self.env)

    def _run(self, program: str, *words: str | Path) -> None:
        subprocess.run([self.server.program(program), *words], check=True, timeout=60)


def manage(data: Path, *words: str, code: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` over that data folder; fails unless it ends with `code`."""
    command = [sys.executable, "manage.py", *words]
    told = clean_env(data) | env
    done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture
def quick_sandbox(tmp_path: Path) -> Iterator[SandboxProcess]:
    """One of its own, since calls are held in it."""
    with SandboxProcess(tmp_path / "sandbox", ears="quick") as process:
        yield process


# `make drill` names both databases; one will do for every change.
DRILLED_ON = os.environ.get("DRILL", "sqlite").split()


@pytest.fixture(params=DRILLED_ON)
def database(request: pytest.FixtureRequest) -> Sqlite | Postgres:
    if request.param == "sqlite":
        return Sqlite()
    return Postgres(request.getfixturevalue("postgres"))


class Person:
    """Who works with the portal: an account in the sandbox, and jobs."""

    def __init__(self, portal: PortalProcess, song: Path) -> None:
        self.portal, self.song = portal, song
        self.visitor = portal.own()
        fields = {"endpoint": "sandbox", "user_name": "drill"}
        page = self.visitor.submit("/accounts/register/?sandbox=1", having="operate_uin", fields=fields)
        assert self.visitor.wait_for_state(page.url, ended=ENDED, seconds=PATIENCE_SECONDS) == "DONE"

    def send(self) -> str:
        """A job of its own; returns its id."""
        file = ("file", self.song, self.song.name)
        page = self.visitor.submit("/jobs/new/musicBeat/", having="outputType", fields={}, file=file).url
        return re.search(r"/jobs/([0-9a-f-]{36})/", page)[1]

    def ends(self, job: str) -> str:
        """The state that the job ends in."""
        page = f"/jobs/{job}/"
        return self.visitor.wait_for_state(page, ended=ENDED, seconds=PATIENCE_SECONDS)

    def sign_in_at(self, portal: PortalProcess) -> None:
        """The restored one: its cookies are another key's."""
        self.visitor = Visitor(portal.url)
        self.visitor.submit("/sign-in/login/", having="login", fields={"login": USER, "password": PASSWORD})


def test_a_backup_alone_becomes_a_portal_that_goes_on_and_sends_nothing_twice(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    quick_sandbox: SandboxProcess,
    database: Sqlite | Postgres,
) -> None:
    song, backup, lost, new = (tmp_path / name for name in ("song.wav", "backup", "lost", "new"))
    song.write_bytes(clicks(6, 120))
    portal = PortalProcess(lost, port=8670, sandbox=quick_sandbox, **QUICK, **database.env)
    request.addfinalizer(portal.kill)
    portal.start()
    person = Person(portal, song)
    (account,) = database.rows(lost, "SELECT CAST(id AS text) FROM accounts_account")[0]
    limits = f"/jobs/accounts/{UUID(account)}/limits/"

    done = person.send()
    assert person.ends(done) == "COMPLETED"
    quick_sandbox.hold("GetJob", "before", "asked")
    at_tmp = person.send()
    quick_sandbox.wait_at("asked", seconds=PATIENCE_SECONDS)
    quick_sandbox.hold("CreateJob", "after", "sent")
    on_its_way = person.send()
    quick_sandbox.wait_at("sent", seconds=PATIENCE_SECONDS)
    assert person.visitor.press(limits, ending="/stop/")
    waiting = person.send()
    database.back_up(lost, backup)
    # Between the backup and the loss.
    assert person.visitor.press(limits, ending="/go-on/")
    assert person.ends(waiting) == "COMPLETED"
    portal.kill()
    quick_sandbox.clear()

    new.mkdir(mode=0o700)
    shutil.copy(lost / "field.keys", new)
    shutil.rmtree(lost)
    database.restore(backup, new)
    rows = database.rows(new, "SELECT CAST(id AS text), state FROM jobs_job")
    stood = {str(UUID(key)): state for key, state in rows}
    assert (stood[done], stood[at_tmp]) == ("COMPLETED", "SUBMITTED")
    with PortalProcess(new, port=8670, sandbox=quick_sandbox, **QUICK, **database.env) as restored:
        if isinstance(database, Sqlite):
            assert "comes from a backup. 2 jobs" in restored.said
        person.sign_in_at(restored)
        for job in (done, at_tmp, on_its_way, waiting):
            assert person.ends(job) == "COMPLETED"
        history = person.visitor.open(f"/jobs/{waiting}/").text
        assert "The database was put back from a backup" in history
        assert re.search(r"\b12\d(\.\d+)?\b", person.visitor.open(f"/jobs/{done}/").text)
        # Secrets open, or no bucket could be read and nothing new be sent.
        assert person.visitor.press(limits, ending="/go-on/")
        assert person.ends(person.send()) == "COMPLETED"
    books = quick_sandbox.summary()
    assert books["twice"] in ([], {})
    assert len(quick_sandbox.ledger("create_job")) == 5
    assert processes_of(lost) == processes_of(new) == []


def test_a_backup_without_its_key_says_so_and_what_the_way_on_is(tmp_path: Path) -> None:
    """T8: keys are gone with their key, everything else is there, and new keys can be entered."""
    data, backup, new = (tmp_path / name for name in ("data", "backup", "new"))
    fill = (
        "from django.core.management import call_command\n"
        "from tests.factories import *\n"
        "call_command('migrate', verbosity=0)\n"
        "user = make_user(username='olga', password='a long enough phrase')\n"
        "make_job(make_account(user), state='GAVE_UP', label='An old job')\n"
        f"call_command('backup', '{backup}')\n"
        f"call_command('backup', '{backup}')\n"
    )
    twice = manage(data, "shell", "--verbosity", "0", "--command", fill, code=1)
    assert f"{backup} exists already" in twice.stderr
    new.mkdir(mode=0o700)
    shutil.copy(backup, new / "portal.sqlite3")
    refused = manage(new, "portal", "--port", "8670", code=1)
    assert "is missing from" in refused.stderr
    assert "manage.py forget_secrets" in refused.stderr
    assert not (new / "field.keys").exists()
    assert "6 secrets given up" in manage(new, "forget_secrets", "--yes").stdout
    with PortalProcess(new, port=8670) as portal:
        assert "comes from a backup" in portal.said
        visitor = Visitor(portal.url)
        visitor.submit("/sign-in/login/", having="login", fields={"login": USER, "password": PASSWORD})
        assert "An old job" in visitor.open("/").text
        renewal = re.search(r'href="(/accounts/register/\?renew=[^"]+)"', settings_page(visitor))[1]
        assert 'name="bucket_secret_key"' in visitor.open(renewal).text


def settings_page(visitor: Visitor) -> str:
    """The settings of the only account."""
    account = re.search(r'href="(/accounts/[0-9a-f-]{36}/)"', visitor.open("/accounts/").text)[1]
    return visitor.open(f"{account}settings/").text
