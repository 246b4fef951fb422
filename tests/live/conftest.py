"""The real service's side of the tests: settings from the environment, and nothing collected without them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

NEEDED = (
    "TMP_LIVE_CALLER",
    "TMP_LIVE_CONTENT_ID",
    "TMP_LIVE_TMP_SECRET_ID",
    "TMP_LIVE_TMP_SECRET_KEY",
    "TMP_LIVE_GATEWAY_SECRET_ID",
    "TMP_LIVE_GATEWAY_SECRET_KEY",
)
HERE = Path(__file__).parent
missing = [name for name in NEEDED if not os.environ.get(name)]
collect_ignore_glob = ["test_*.py"] if missing else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Why nothing was collected."""
    if missing:
        terminalreporter.write_line(
            f"tests/live asks a real service and needs {', '.join(missing)}: see tests/live/README.md"
        )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what may cost money unless TMP_LIVE_MAY_COST says yes."""
    if os.environ.get("TMP_LIVE_MAY_COST") == "yes":
        return
    costly = [item for item in items if HERE in item.path.parents and item.get_closest_marker("may_cost")]
    config.hook.pytest_deselected(items=costly)
    items[:] = [item for item in items if item not in costly]


def pytest_configure(config: pytest.Config) -> None:
    """Names the marker of this folder."""
    config.addinivalue_line("markers", "may_cost: makes a job, which TMP may charge for")
