"""The database of every earlier version opens and migrates, and what was under way goes on."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.data.going_on import of_state
from tests.demo_process import ROOT, clean_env
from tests.servers import PostgresServer

KEPT = sorted((ROOT / "tests/data").glob("portal-*.sql"))
LOOK = """
import json
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("migrate", plan=True)
from accounts import sealing
from accounts.models import Account, Registration
from jobs.models import Job, Refresh, Tally
from jobs.results import Result
account = Account.objects.get()
done = Job.objects.get(state="COMPLETED")
print(json.dumps({
    "states": Job.objects.counts(),
    "tallies": Tally.objects.counts([account.pk]),
    "scheduled": sorted(Refresh.objects.values_list("job__state", flat=True)),
    "nameless": Refresh.objects.exclude(job__tmp_id="").filter(tmp_id="").count(),
    "beats": len(Result.from_json(done.result).markers),
    "refusal": str(sealing.report().refusal(keys_from="")),
    "keys": [bool(row.raw_reply) for row in Registration.objects.filter(state="DONE")],
    "opened": [len(getattr(account, name)) > 10 for name in (
        "bucket_secret_id", "bucket_secret_key", "tmp_secret_id", "tmp_secret_key",
        "gateway_secret_id", "gateway_secret_key")],
}))
"""
AT_ONCE = "from django.core.management import call_command\ncall_command('migrate', verbosity=0)\n"
IN_STEPS = "from tests.data.steps import migrate_in_steps\nmigrate_in_steps()\n"
TABLES = "import json\nfrom tests.data.steps import tables\nprint(json.dumps(tables()))\n"
GO_ON = "from tests.data.going_on import go_on\ngo_on()\n"
# What each version could leave under way.
LIVE = {"QUEUED", "SUBMITTING", "UNSURE", "SUBMITTED", "PROCESSING", "COLLECTING"}
SINCE = {"portal-0.4.0": {"PREPARING"}}


class Kept:
    """A kept database in a data folder of its own, on SQLite or carried into a PostgreSQL."""

    def __init__(self, sql: Path, folder: Path, server: PostgresServer | None) -> None:
        self.name, self.data, self.before = sql.stem, folder, ""
        self.env: dict[str, str] = {}
        source = folder / ("kept.sqlite3" if server else "portal.sqlite3")
        database = sqlite3.connect(source)
        database.executescript(sql.read_text(encoding="utf-8"))
        database.close()
        keys = folder / "field.keys"
        keys.write_text(sql.with_suffix(".keys").read_text())
        keys.chmod(0o600)
        if server:
            name = re.sub(r"\W", "_", f"upgrade_{sql.stem}")
            server.drop_database(name)
            self.env = {"DATABASE_URL": server.new_database(name)}
            self.before = (
                "from pathlib import Path\nfrom tests.data.transfer import transfer\n"
                f"transfer(Path({str(source)!r}))\n"
            )

    def run(self, *code: str) -> list[str]:
        """The lines that it prints; in one process, since each takes seconds to start."""
        return shell("".join((self.before, *code)), clean_env(self.data) | self.env)


def shell(code: str, env: dict[str, str]) -> list[str]:
    """The lines that code in a shell of the portal prints."""
    words = ["shell", "--verbosity", "0", "--command", code]
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest) -> PostgresServer | None:
    return request.getfixturevalue("postgres") if request.param == "postgres" else None


@pytest.fixture(params=KEPT, ids=lambda path: path.stem)
def kept(request: pytest.FixtureRequest, tmp_path: Path, server: PostgresServer | None) -> Kept:
    return Kept(request.param, tmp_path, server)


def test_every_released_version_is_kept():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", changes, re.MULTILINE)
    assert {path.stem for path in KEPT} == {f"portal-{version}" for version in versions}


def test_a_new_database_has_the_tables_that_an_older_one_comes_to(
    tmp_path: Path, server: PostgresServer | None
) -> None:
    seen = []
    for name, way in (("at_once", AT_ONCE), ("in_steps", IN_STEPS)):
        env = clean_env(tmp_path / name)
        if server:
            server.drop_database(name)
            env["DATABASE_URL"] = server.new_database(name)
        (told,) = shell(way + TABLES, env)
        seen.append(json.loads(told))
    at_once, in_steps = seen
    assert len(at_once) > 30
    assert at_once == in_steps


def test_an_earlier_database_keeps_its_jobs_results_and_secrets_and_its_jobs_go_on(kept: Kept) -> None:
    *planned, looked, went_on = kept.run(LOOK, GO_ON)
    assert "No planned migration operations" in "".join(planned)
    seen = json.loads(looked)
    assert seen["beats"] == 51
    assert all(seen["opened"])
    assert (seen["refusal"], seen["keys"]) == ("", [True])
    assert set(seen["states"]) >= {*LIVE, "COMPLETED", "ERROR", *SINCE.get(kept.name, ())}
    assert seen["tallies"] == seen["states"]
    followed = [state for state in ("PROCESSING", "SUBMITTED") for _ in range(seen["states"][state])]
    assert (seen["scheduled"], seen["nameless"]) == (followed, 0)
    _goes_on(json.loads(went_on))


def _goes_on(told: dict[str, Any]) -> None:
    """What waited is sent once, what TMP has is read, what may have been sent already is not sent."""
    sent = of_state(told, "QUEUED")
    assert told["created"] == len(sent)
    at_tmp = {key for state in ("SUBMITTED", "PROCESSING") for key in of_state(told, state)}
    done = sent | (at_tmp & set(told["named"])) | of_state(told, "COLLECTING")
    assert {told["after"][key] for key in done} == {"COMPLETED"}
    doubtful = of_state(told, "SUBMITTING") | of_state(told, "UNSURE")
    assert {told["after"][key] for key in doubtful} == {"UNSURE"}
    ended = {key for state in ("COMPLETED", "ERROR", "CANCELED", "GAVE_UP") for key in of_state(told, state)}
    assert {key: told["after"][key] for key in ended} == {key: told["before"][key] for key in ended}
    # A call to Register that may have been heard is never repeated; one that was not made yet goes on.
    assert "REGISTERING" not in told["registrations"]
    assert told["to_check"] == told["registrations"].count("CHECKING")
