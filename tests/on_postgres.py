"""Runs pytest over a PostgreSQL of its own: `python -m tests.on_postgres tests/jobs -k polling`."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.demo_process import ROOT
from tests.servers import PostgresServer


def main(words: list[str]) -> int:
    """Pytest's exit code."""
    with PostgresServer(max_connections=200) as server:
        command = [sys.executable, "-m", "pytest", *words]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": server.url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
