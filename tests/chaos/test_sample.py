"""A small sample of `make chaos`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.journal import Journal
from tests.chaos.storm import Run, run
from tests.faults.stage import POSTGRESQL, SQLITE

SEED = 3


@pytest.mark.parametrize("database", [POSTGRESQL, SQLITE])
def test_random_faults_lose_double_and_hide_nothing(database: str, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    report = run(tmp_path, database, SEED, Run(jobs=60, blows=8, window=15), journal)
    assert not report.books.dirt, (report.line(), report.books.dirt, journal.path.read_text())
    assert report.books.jobs >= 60
    assert report.faults >= 6
    assert report.books.doubts.ambiguous
