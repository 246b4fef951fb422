"""One running portal for each database, healed after every test; and only a sample unless told otherwise."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.faults.invariants import Books, judge
from tests.faults.stage import Stage
from tests.faults.verdicts import DATABASES, Verdicts

# Set by `python -m tests.faults`: all directed tests, not only those that make test has the time for.
ALL = "TMPPORTAL_TESTS_ALL_FAULTS"
STATEMENT_SECONDS = 8
# On top of the stage's own: what a test would else wait for.
SHORT = {
    "TMPPORTAL_STATEMENT_SECONDS": str(STATEMENT_SECONDS),
    "TMPPORTAL_FILE_SECONDS_SANDBOX": "3",
    "TMPPORTAL_DEAR_PROBE_SECONDS": "3",
}

FAILED = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Verdicts(), "verdicts")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what makes no sense on a database, and what is not of the sample."""
    verdicts = config.pluginmanager.get_plugin("verdicts")
    left_out = [item for item in items if _is_left_out(item)]
    for item in left_out:
        verdicts.note_absence(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _is_left_out(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("fault")
    if mark is None:
        return False
    params: dict[str, Any] = item.callspec.params  # type: ignore[attr-defined]
    is_elsewhere = mark.kwargs["only"] not in ("", params["database"])
    return is_elsewhere or not (os.environ.get(ALL) or item.get_closest_marker("sampled"))


@pytest.fixture(scope="session", params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """PostgreSQL with Redis, or the embedded default."""
    return str(request.param)


class Shared:
    """The portal that most tests share; a test that failed on it leaves a new one to the next."""

    def __init__(self, make: Callable[[], Stage]) -> None:
        self._make = make
        self._stage: Stage | None = None
        self._running = ExitStack()

    def whole(self) -> Stage:
        """It runs, and nothing is amiss."""
        if self._stage is None:
            self._stage = self._running.enter_context(self._make())
        self._stage.heal()
        return self._stage

    def drop(self) -> None:
        """End it, if it runs."""
        self._running.close()
        self._stage = None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def shared(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """Starts the portal when the first test wants it."""

    def make() -> Stage:
        folder = tmp_path_factory.mktemp(f"stage-{database}")
        return Stage(folder, database, web=True, env=SHORT, postgres_options={"max_connections": 60})

    portal = Shared(make)
    yield portal
    portal.drop()


@pytest.fixture
def stage(shared: Shared, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The shared portal, whole at the beginning of the test."""
    whole = shared.whole()
    whole.diary.mishaps.clear()
    if whole.web:
        whole.web.answers.clear()
    yield whole
    if request.node.stash.get(FAILED, False):
        shared.drop()
        return
    for worker in [each for each in whole.programs if each.name.startswith("worker")][1:]:
        whole.dismiss(worker)


@pytest.fixture
def new_stage(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Stage]]:
    """Starts a portal of the test's own."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(
            Stage(tmp_path_factory.mktemp(f"own-{database}"), database, **options)
        )


def held(stage: Stage, jobs: list[str], **how: Any) -> Books:
    """The books of the jobs, which must be clean."""
    books = judge(stage, jobs, **how)
    stories = {job: stage.path_of(job) for job in list(books.misjudged)[:3]}
    assert books.is_clean, (books.dirt, books.line(), stories)
    return books
