"""A small sample of `make chaos` and `make chaos-selftest`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos import scenes
from tests.chaos.journal import Journal
from tests.chaos.selftest import played, standing
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


def test_a_harness_that_cannot_fail_would_prove_nothing() -> None:
    with standing(SQLITE) as stage:
        assert "doubled" in played(stage, scenes.bad_weather, "resends_on_ambiguity").dirt
        assert "misjudged" in played(stage, scenes.bad_weather, "doubts_too_much").dirt
        assert "doubled" in played(stage, scenes.killed_while_out, "resends_after_a_dead_worker").dirt
