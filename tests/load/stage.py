"""The shipped set-up with people and jobs: `manage.py portal` over PostgreSQL and Redis, and a sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.demo_process import ROOT, clean_env
from tests.portal_process import PortalProcess
from tests.sandbox_process import SandboxProcess
from tests.servers import PostgresServer, RedisServer

# As an account at the real service is asked; a sandbox alone would be asked twelve times as often.
POLL_SECONDS = "5"


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """What people visit: their session cookies, a finished job, and the account of all."""

    sessions: list[str]
    result: str
    account: str


class Stage:
    """Listens at `port` while the `with` block lasts; nothing of it is shared with anybody else."""

    def __init__(self, *, port: int) -> None:
        self._port = port
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        enter = self._stack.enter_context
        self._folder = Path(enter(tempfile.TemporaryDirectory(prefix="tmp-portal-load-")))
        postgres, redis = enter(PostgresServer(durable=True)), enter(RedisServer())
        self.sandbox = sandbox = enter(SandboxProcess(self._folder / "sandbox", ears="quick"))
        servers = {"DATABASE_URL": postgres.new_database("portal"), "REDIS_URL": redis.url}
        settings = servers | {"TMPPORTAL_POLL_SECONDS_SANDBOX": POLL_SECONDS}
        self.portal = PortalProcess(self._folder / "portal", port=self._port, sandbox=sandbox, **settings)
        enter(self.portal)
        names = ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
        at = {f"TMPPORTAL_SANDBOX_{name.upper()}": str(getattr(sandbox, name)) for name in names}
        self._env = clean_env(self._folder / "portal") | at | settings
        return self

    def __exit__(self, *args: object) -> None:
        self._stack.close()

    @property
    def address(self) -> str:
        return self.portal.url

    def seed(self, people: int, ended: int) -> Seeded:
        """So many people of one account with so many jobs that have ended."""
        return Seeded(**self._do("seed", people, ended))

    def begin(self, account: str, jobs: int) -> list[str]:
        """Make so many more jobs, which never end; their ids, when all of them are at TMP."""
        self.sandbox.outcome("never_ends", times=jobs)
        begun: list[str] = self._do("begin", account, jobs)
        return begun

    def running(self, account: str) -> int:
        """How many jobs TMP has now."""
        return int(self._do("running", account))

    def _do(self, *words: Any) -> Any:
        command = [sys.executable, "-m", "tests.load.seed", *map(str, words)]
        said = subprocess.run(
            command, cwd=ROOT, env=self._env, stdout=subprocess.PIPE, text=True, check=True, timeout=120
        )
        return json.loads(said.stdout.splitlines()[-1])
