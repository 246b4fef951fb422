"""Runs pytest over a PostgreSQL of its own: `python -m tests.on_postgres tests/jobs -k polling`.

Of what is named only those tests run that ask the database: the others would say the same again.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.demo_process import ROOT
from tests.servers import PostgresServer


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """This file is a plugin of the pytest that it runs."""
    asking = [item for item in items if asks_the_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not asks_the_database(item)])
    items[:] = asking


def asks_the_database(item: pytest.Item) -> bool:
    """Whether a test was given a database, by its mark or by a fixture."""
    fixtures = getattr(item, "fixturenames", ())
    return bool(item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(fixtures))


def main(words: list[str]) -> int:
    """Pytest's exit code."""
    with PostgresServer(max_connections=200) as server:
        command = [sys.executable, "-m", "pytest", "-p", "tests.on_postgres", *words]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": server.url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
