"""A process of a benchmark that is told what to do line by line, and what that cost it and its PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.demo_process import ROOT
from tests.servers import PostgresServer

# Nothing else may work meanwhile, and the filling of tables is not what is measured.
QUIET = {"autovacuum": "off", "max_wal_size": "4GB", "maintenance_work_mem": "256MB"}
STATEMENT_SECONDS = 600


class Talking:
    """`python -m <module> <words>` over the database at `url`, SQLite without one.

    `hello` is its first line, said when it is ready. Nobody else may use `server` meanwhile.
    """

    def __init__(self, module: str, *words: str, url: str = "", server: PostgresServer | None = None) -> None:
        self._server = server
        self._data = Path(tempfile.mkdtemp(prefix="tmp-portal-bench-"))
        environment = {
            **os.environ,
            "DATABASE_URL": url or f"sqlite:///{self._data / 'portal.sqlite3'}",
            "TMPPORTAL_STATEMENT_SECONDS": str(STATEMENT_SECONDS),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.hello = self._read()

    def cost(self, what: str, times: int) -> float:
        """CPU seconds of doing it once, database included; done `times` times."""
        assert self._process.stdin
        before = self._server.cpu_seconds() if self._server else 0.0
        print(what, times, file=self._process.stdin, flush=True)
        spent = float(self._read())
        after = self._server.cpu_seconds() if self._server else 0.0
        return (spent + after - before) / times

    def close(self) -> None:
        """End it and remove its data."""
        self._process.communicate()
        shutil.rmtree(self._data, ignore_errors=True)

    def _read(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the process ended"
        return line
