"""A few people and a few slow clients, more than the web process has threads, for a few seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.ports import port
from tests.load import people
from tests.load.__main__ import load, slow
from tests.load.slow import KINDS
from tests.load.stage import Stage

PEOPLE, JOBS = 4, 8
# Every kind more often than there are threads.
SOCKETS = 9 * len(KINDS)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(port=port(9)) as stage:
        yield stage


def test_nobody_is_kept_from_a_page_by_slow_clients(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """T32: slow heads, bodies and readers hold up themselves, and no thread."""
    monkeypatch.setattr(people, "THINKING_SECONDS", (0.05, 0.2))
    seeded = stage.seed(PEOPLE, 30)
    alone = load(stage, seeded, people=PEOPLE, jobs=JOBS, seconds=1.5)
    assert (alone["load_errors"], alone["load_jobs_at_the_end"]) == (0, JOBS)
    assert alone["load_pages"] > PEOPLE
    among_slow = slow(stage, seeded, people=PEOPLE, sockets=SOCKETS, seconds=3.0)
    assert among_slow["slow_errors"] == 0
    assert among_slow["slow_pages"] > PEOPLE
    assert among_slow["slow_sockets_at_the_end"] > SOCKETS / 2
