"""The database of every earlier version still opens, migrates and shows what it held."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo_process import ROOT, clean_env

KEPT = sorted((ROOT / "tests/data").glob("portal-*.sql"))
LOOK = """
import json
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


def manage(data: Path, *words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=clean_env(data), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(params=KEPT, ids=lambda path: path.stem)
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    database = sqlite3.connect(tmp_path / "portal.sqlite3")
    database.executescript(request.param.read_text(encoding="utf-8"))
    database.close()
    keys = tmp_path / "field.keys"
    keys.write_text(request.param.with_suffix(".keys").read_text())
    keys.chmod(0o600)
    return tmp_path


def test_every_released_version_is_kept():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", changes, re.MULTILINE)
    assert {path.stem for path in KEPT} == {f"portal-{version}" for version in versions}


def test_an_earlier_database_keeps_its_jobs_results_and_secrets(data):
    manage(data, "migrate", "--verbosity", "0")
    seen = json.loads(manage(data, "shell", "--verbosity", "0", "--command", LOOK))
    assert seen["beats"] == 51
    assert all(seen["opened"])
    assert (seen["refusal"], seen["keys"]) == ("", [True])
    assert set(seen["states"]) >= {
        "QUEUED",
        "SUBMITTING",
        "SUBMITTED",
        "PROCESSING",
        "UNSURE",
        "COMPLETED",
        "ERROR",
    }
    assert seen["tallies"] == seen["states"]
    followed = [state for state in ("PROCESSING", "SUBMITTED") for _ in range(seen["states"][state])]
    assert (seen["scheduled"], seen["nameless"]) == (followed, 0)
    assert "No planned migration operations" in manage(data, "migrate", "--plan")
