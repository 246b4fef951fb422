"""Every fault on both databases, a table, and their sum: `python -m tests.faults [pytest's words]`.

Ends with 1 when one of them left something dirty.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.demo_process import ROOT
from tests.faults.verdicts import Verdicts

ALL = "TMPPORTAL_TESTS_ALL_FAULTS"


class _Keeper:
    """Remembers the verdicts beyond the end of the run."""

    verdicts: Verdicts | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        self.verdicts = config.pluginmanager.get_plugin("verdicts")


def main(words: list[str]) -> int:
    """Pytest's exit code."""
    os.chdir(ROOT)
    os.environ[ALL] = "1"
    keeper = _Keeper()
    names_some = any(Path(word.partition("::")[0]).exists() for word in words)
    code = int(pytest.main([*([] if names_some else ["tests/faults"]), *words], plugins=[keeper]))
    if keeper.verdicts:
        print("\n".join(keeper.verdicts.table()))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
