"""A small sample of `make chaos`, which does the same on SQLite, too, and for longer."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.journal import Journal
from tests.chaos.storm import Run, run
from tests.faults.stage import POSTGRESQL

SEED = 3


def test_random_faults_lose_double_and_hide_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    report = run(tmp_path, POSTGRESQL, SEED, Run(jobs=60, blows=8, window=15), journal)
    assert not report.books.dirt, (report.line(), report.books.dirt, journal.path.read_text())
    assert report.books.jobs >= 60
    assert report.faults >= 6
    assert report.books.doubts.ambiguous
