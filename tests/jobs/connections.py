"""Several threads with a database connection each, as several workers have them."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections


@pytest.fixture
def many_connections(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that other threads may use, too: SQLite in memory becomes a file of its own.

    Ask for it before every fixture that makes rows.
    """
    if connection.vendor != "sqlite":
        yield
        return
    known: dict[str, Any] = connections.settings["default"]
    earlier, name = connections["default"], known["NAME"]
    file = tmp_path / "portal.sqlite3"
    earlier.ensure_connection()
    with sqlite3.connect(file) as copy:
        earlier.connection.backup(copy)
    copy.close()
    known["NAME"] = str(file)
    connections["default"] = connections.create_connection("default")
    yield
    connections["default"].close()
    known["NAME"] = name
    connections["default"] = earlier


@contextmanager
def at_once(count: int, work: Callable[[], object]) -> Iterator[None]:
    """Run `work` in `count` threads that begin together; what they raise is raised at the end."""
    barrier, troubles = threading.Barrier(count), []

    def run() -> None:
        try:
            barrier.wait(30)
            work()
        except Exception as error:
            troubles.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]
