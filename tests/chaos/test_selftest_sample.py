"""A small sample of `make chaos-selftest`."""

from __future__ import annotations

from tests.chaos import scenes
from tests.chaos.selftest import played, standing
from tests.faults.stage import SQLITE


def test_a_harness_that_cannot_fail_would_prove_nothing() -> None:
    with standing(SQLITE) as stage:
        assert "doubled" in played(stage, scenes.bad_weather, "resends_on_ambiguity").dirt
        assert "misjudged" in played(stage, scenes.bad_weather, "doubts_too_much").dirt
        assert "doubled" in played(stage, scenes.killed_while_out, "resends_after_a_dead_worker").dirt
