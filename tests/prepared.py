"""A migrated database and collected static files, made once for all tests that need them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.demo_process import ROOT, clean_env
from tests.servers import PostgresServer

TEMPLATES = ROOT / "var" / "stage"
# Where every change of a job's state is written down by the database itself, whoever makes it.
AUDIT = "stage_audit"
_COLUMNS = "job text NOT NULL, from_state text NOT NULL, to_state text NOT NULL, who text NOT NULL"
POSTGRES_AUDIT = f"""
CREATE TABLE {AUDIT} (number bigserial PRIMARY KEY, at double precision NOT NULL, {_COLUMNS});
CREATE FUNCTION {AUDIT}_write() RETURNS trigger AS $$ BEGIN
  INSERT INTO {AUDIT} (at, job, from_state, to_state, who) VALUES (
    extract(epoch FROM clock_timestamp()), COALESCE(NEW.id, OLD.id)::text,
    COALESCE(OLD.state, ''), COALESCE(NEW.state, ''), current_setting('application_name'));
  RETURN NULL;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER {AUDIT}_born AFTER INSERT OR DELETE ON jobs_job
  FOR EACH ROW EXECUTE FUNCTION {AUDIT}_write();
CREATE TRIGGER {AUDIT}_moved AFTER UPDATE OF state ON jobs_job
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION {AUDIT}_write();
"""
_NOW = "(julianday('now') - 2440587.5) * 86400.0"
SQLITE_AUDIT = f"""
CREATE TABLE {AUDIT} (number integer PRIMARY KEY AUTOINCREMENT, at real NOT NULL, {_COLUMNS});
CREATE TRIGGER {AUDIT}_born AFTER INSERT ON jobs_job BEGIN
  INSERT INTO {AUDIT} (at, job, from_state, to_state, who) VALUES ({_NOW}, NEW.id, '', NEW.state, '');
END;
CREATE TRIGGER {AUDIT}_gone AFTER DELETE ON jobs_job BEGIN
  INSERT INTO {AUDIT} (at, job, from_state, to_state, who) VALUES ({_NOW}, OLD.id, OLD.state, '', '');
END;
CREATE TRIGGER {AUDIT}_moved AFTER UPDATE OF state ON jobs_job WHEN OLD.state <> NEW.state BEGIN
  INSERT INTO {AUDIT} (at, job, from_state, to_state, who) VALUES ({_NOW}, NEW.id, OLD.state, NEW.state, '');
END;
"""
PASSWORD = "password"


def copy_postgres(server: PostgresServer) -> None:
    """Give a server that never ran the migrated files: its database is `portal`."""
    folder = _made("postgresql", _make_postgres)
    server.password = (folder / PASSWORD).read_text()
    # Owners and modes too: the server does not run as root.
    subprocess.run(["cp", "-a", str(folder / "data"), str(server.data)], check=True)
    if os.geteuid() == 0:
        shutil.chown(server.folder, server.data.owner(), server.data.group())


def copy_sqlite(target: Path) -> None:
    """Put the migrated file there."""
    shutil.copyfile(_made("sqlite", _make_sqlite) / "portal.sqlite3", target)


def static_folder() -> Path:
    """Collected static files, which nobody changes: a portal finds them newer than their sources."""
    folder = _made("sqlite", _make_sqlite) / "static"
    (folder / "staticfiles.json").touch()
    return folder


def collected() -> dict[str, str]:
    """The setting by which a portal takes them, instead of spending seconds on its own."""
    return {"TMPPORTAL_STATIC": str(static_folder())}


def _made(kind: str, make: object) -> Path:
    """The template of today's migrations; whoever needs it first makes it, and removes older ones."""
    assert callable(make)
    folder = TEMPLATES / f"{kind}-{_digest()}"
    with _locked():
        if not folder.exists():
            for old in TEMPLATES.glob(f"{kind}-*"):
                shutil.rmtree(old)
            draft = TEMPLATES / f"draft-{kind}"
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            make(draft)
            draft.rename(folder)
    return folder


def _make_postgres(folder: Path) -> None:
    with PostgresServer() as server:
        _manage(folder / "scratch", "migrate", DATABASE_URL=server.new_database("portal"))
        server.execute(POSTGRES_AUDIT, "portal")
        server.stop()
        subprocess.run(["cp", "-a", str(server.data), str(folder / "data")], check=True)
        (folder / PASSWORD).write_text(server.password)
    shutil.rmtree(folder / "scratch")


def _make_sqlite(folder: Path) -> None:
    scratch = folder / "scratch"
    _manage(scratch, "prepare")
    with closing(sqlite3.connect(scratch / "portal.sqlite3")) as database:
        database.executescript(SQLITE_AUDIT)
        # One file alone is the whole database.
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (scratch / "portal.sqlite3").rename(folder / "portal.sqlite3")
    (scratch / "static").rename(folder / "static")
    shutil.rmtree(scratch)


def _manage(data: Path, *words: str, **env: str) -> None:
    command = [sys.executable, "manage.py", *words, "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=clean_env(data) | env, check=True)


def _digest() -> str:
    """Of the migrations, of what is added to them, and of the static files."""
    digest = hashlib.sha256((POSTGRES_AUDIT + SQLITE_AUDIT).encode())
    sources = [*ROOT.glob("*/migrations/*.py"), *(ROOT / "static").rglob("*")]
    sources += [ROOT / "requirements.txt", ROOT / "tmpportal/launch.py"]
    for path in sorted(path for path in sources if path.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _locked() -> Iterator[None]:
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    with (TEMPLATES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
