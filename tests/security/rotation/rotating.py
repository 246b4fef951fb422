"""Rotates the field keys of a portal at work, and kills the rotation at random moments (T7, T8)."""

from __future__ import annotations

import base64
import json
import random
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from tests.demo_process import ROOT, clean_env
from tests.portal_process import PASSWORD, USER, PortalProcess
from tests.sandbox_process import SandboxProcess
from tests.songs import clicks
from tmpportal.visitor import Visitor

ENDED = {"DONE", "REFUSED", "UNSURE", "DRAFT", "COMPLETED", "ERROR", "GAVE_UP"}
FIELDS = ("bucket_secret_id", "bucket_secret_key", "tmp_secret_key", "gateway_secret_key")
# Rows in one transaction; a line is printed after each.
BATCH = 20
FILL = f"""
from django.core.management import call_command
from accounts.models import Account
call_command("migrate", verbosity=0)
Account.objects.bulk_create(
    Account(name=f"filled {{n}}", **{{field: f"SECRET-{{n}}-{{field}}" for field in {FIELDS}}})
    for n in range(ROWS)
)
"""
READ = f"""
import json
from accounts import sealing
from accounts.encryption import CannotOpen
from accounts.models import Account
lost = 0
for account in Account.objects.filter(name__startswith="filled "):
    for field in {FIELDS}:
        try:
            lost += getattr(account, field) != f"SECRET-{{account.name.removeprefix('filled ')}}-{{field}}"
        except CannotOpen:
            lost += 1
rows = Account.objects.filter(name__startswith="filled ").count()
print(json.dumps({{"lost": lost, "rows": rows, "counts": sealing.report().counts}}))
"""


@dataclass(frozen=True, kw_only=True)
class Turned:
    """What became of `secrets`, of the jobs meanwhile, and which keys are still needed."""

    secrets: int
    lost: int
    jobs: int
    jobs_completed: int
    key_ids: list[str]


def key_line(key_id: str) -> str:
    """A new key as a line of field.keys."""
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def shell(data: Path, script: str) -> str:
    """What a script in the portal's own shell prints."""
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", script]
    done = subprocess.run(command, cwd=ROOT, env=clean_env(data), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def reencrypt(
    data: Path, *, batch: int = 8, die_after: float = 0, at_line: int = 0, patience: float = 60
) -> tuple[int, str]:
    """Run the command, and kill it `die_after` seconds after its line `at_line`; exit status and output."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "reencrypt", "--batch", str(batch)],
        cwd=ROOT,
        env=clean_env(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(at_line)]
    if at_line:
        time.sleep(die_after)
        process.kill()
    rest, _ = process.communicate(timeout=patience)
    return process.returncode, "".join(said) + rest


class Rotation:
    """A portal with `rows` accounts of four secrets each beside the one that sends jobs."""

    def __init__(self, folder: Path, *, rows: int, port: int) -> None:
        self.data, self.rows = folder / "portal", rows
        self.data.mkdir()
        self._song = folder / "song.wav"
        self._song.write_bytes(clicks(6, 120))
        self._keys = [key_line("old")]
        self._write_keys()
        self.sandbox = SandboxProcess(folder / "sandbox", ears="quick")
        self.portal = PortalProcess(self.data, port=port, sandbox=self.sandbox)
        self._jobs: list[str] = []

    def turn(self, *, kills: int, seed: int) -> Turned:
        """From the key `old` to `new`, killed so often, beside a portal that knows both and sends a job after
        each; then `old` is no more."""
        shell(self.data, FILL.replace("ROWS", str(self.rows)))
        self._add_key("new")
        with self.sandbox, self.portal:
            visitor = self._registered()
            self._send(visitor)
            self._killed(visitor, kills, random.Random(seed))
            completed = self._completed(visitor)
        return self._without_older_keys(completed)

    def turn_again(self) -> tuple[Turned, float]:
        """From `new` to `newest`, killed by nobody: in how many seconds; then a job with that key alone."""
        self._add_key("newest")
        began = time.monotonic()
        status, said = reencrypt(self.data, batch=200, patience=300)
        seconds = time.monotonic() - began
        assert status == 0, said
        self._jobs.clear()
        turned = self._without_older_keys(0)
        with self.sandbox, self.portal:
            visitor = self._signed_in()
            self._send(visitor)
            completed = self._completed(visitor)
        return replace(turned, jobs=1, jobs_completed=completed), seconds

    def _without_older_keys(self, completed: int) -> Turned:
        del self._keys[1:]
        self._write_keys()
        read = json.loads(shell(self.data, READ))
        return Turned(
            secrets=read["rows"] * len(FIELDS),
            lost=read["lost"] + (self.rows - read["rows"]) * len(FIELDS),
            jobs=len(self._jobs),
            jobs_completed=completed,
            key_ids=sorted(read["counts"]),
        )

    def _killed(self, visitor: Visitor, kills: int, dice: random.Random) -> None:
        lines = self.rows // BATCH
        for _ in range(kills):
            at_line = dice.randint(1, max(1, lines * 3 // 4))
            status, said = reencrypt(self.data, batch=BATCH, at_line=at_line, die_after=dice.random() / 100)
            assert status == -signal.SIGKILL, said
            self._send(visitor)
        status, said = reencrypt(self.data, batch=BATCH, patience=300)
        assert status == 0, said
        assert "Everything is sealed with new" in said

    def _registered(self) -> Visitor:
        visitor = self.portal.own()
        fields = {"endpoint": "sandbox", "user_name": "rotation"}
        page = visitor.submit("/accounts/register/?sandbox=1", having="operate_uin", fields=fields)
        assert visitor.wait_for_state(page.url, ended=ENDED, seconds=60) == "DONE"
        return visitor

    def _signed_in(self) -> Visitor:
        visitor = Visitor(self.portal.url)
        fields = {"login": USER, "password": PASSWORD}
        visitor.submit("/sign-in/login/", having="login", fields=fields)
        return visitor

    def _send(self, visitor: Visitor) -> None:
        file = ("file", self._song, self._song.name)
        page = visitor.submit("/jobs/new/musicBeat/", having="outputType", fields={}, file=file)
        self._jobs.append(page.url)

    def _completed(self, visitor: Visitor) -> int:
        ended = [visitor.wait_for_state(page, ended=ENDED, seconds=60) for page in self._jobs]
        return ended.count("COMPLETED")

    def _add_key(self, key_id: str) -> None:
        self._keys.insert(0, key_line(key_id))
        self._write_keys()

    def _write_keys(self) -> None:
        (self.data / "field.keys").write_text("\n".join(self._keys))
