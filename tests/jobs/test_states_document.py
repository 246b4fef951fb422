"""docs/states.md tells of every state that there is, and of all that a person may do in it."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from jobs.actions import POSSIBLE
from jobs.models import Attempt, Job

TEXT = (Path(settings.BASE_DIR) / "docs" / "states.md").read_text(encoding="utf-8")
TABLE = TEXT.partition("<!-- states")[2].partition("<!-- /states -->")[0]
ROWS = {
    cells[1].strip(" `"): cells[2:-1]
    for cells in (re.split(r"(?<!\\)\|", line) for line in TABLE.splitlines() if line.startswith("| `"))
}


def test_every_state_has_a_row_and_no_other():
    assert list(ROWS) == Job.State.values


def test_each_row_says_what_it_means_who_moves_it_on_and_for_how_long():
    assert all(len(cells) == 4 and all(cell.strip() for cell in cells) for cells in ROWS.values())


def test_each_row_names_what_a_person_may_do_then():
    told = {state: set(re.findall(r"`(\w+)`", cells[3])) for state, cells in ROWS.items()}
    possible = {state: {a.value for a, states in POSSIBLE.items() if state in states} for state in Job.State}
    assert told == possible


def test_final_states_are_called_final():
    assert {state for state, cells in ROWS.items() if "final" in cells[1]} == set(Job.FINAL)


def test_the_limits_that_it_names_are_settings():
    named = set(re.findall(r"`([A-Z]+_[A-Z_]*SECONDS)`", TEXT))
    assert named
    assert all(hasattr(settings, name) for name in named)


def test_every_outcome_of_an_attempt_is_named():
    told = TEXT.partition("## Attempts")[2]
    assert set(re.findall(r"`(\w+)`", told)) == set(Attempt.Outcome.values)
