"""Marks directed tests with their fault, says each verdict in one line, and sums them up in a table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pytest

DATABASES = ("postgresql", "sqlite")
NAMES = {f"F{number}" for number in range(1, 36)}


def fault(name: str, *, only: str = "", instead: str = "") -> Any:
    """Marks a test of fault `name` of reliability.md. With `only` it makes sense on that database alone, and
    `instead` says for the table what there is about the other."""
    assert name in NAMES
    return pytest.mark.fault(name=name, only=only, instead=instead)


# A test that `make test` runs, too.
sampled = pytest.mark.sampled


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How one test ended."""

    fault: str
    database: str
    is_held: bool
    seconds: float
    test: str

    def line(self) -> str:
        word = "held" if self.is_held else "dirty"
        told = f"fault={self.fault} db={self.database} verdict={word} seconds={self.seconds:.1f}"
        return f"{told} # {self.test}"


class Verdicts:
    """A pytest plugin that collects them."""

    def __init__(self) -> None:
        self.all: list[Verdict] = []
        self.instead: dict[tuple[str, str], str] = {}

    def note_absence(self, item: pytest.Item) -> None:
        """Why there is no such test on the other database."""
        mark = item.get_closest_marker("fault")
        if mark and mark.kwargs["instead"]:
            [other] = [each for each in DATABASES if each != mark.kwargs["only"]]
            self.instead[mark.kwargs["name"], other] = mark.kwargs["instead"]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        report = (yield).get_result()
        mark = item.get_closest_marker("fault")
        if mark:
            report.fault = (mark.kwargs["name"], item.callspec.params["database"], item.originalname)  # type: ignore[attr-defined]

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """The line says it already."""
        return (report.outcome, "", "") if hasattr(report, "fault") and report.when == "call" else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = getattr(report, "fault", None)
        if not told or (report.when != "call" and not report.failed):
            return
        name, database, test = told
        verdict = Verdict(
            fault=name,
            database=database,
            is_held=report.passed,
            seconds=report.duration,
            test=test.removeprefix("test_").replace("_", " "),
        )
        self.all.append(verdict)
        print(verdict.line(), flush=True)

    def table(self) -> list[str]:
        """One line a fault, and the sum."""
        found: dict[str, dict[str, list[Verdict]]] = defaultdict(lambda: defaultdict(list))
        for verdict in self.all:
            found[verdict.fault][verdict.database].append(verdict)
        lines = ["", f"{'':5}" + "".join(f"{database:14}" for database in DATABASES)]
        for name in sorted(found, key=lambda name: int(name[1:])):
            cells = [_cell(found[name][database]) for database in DATABASES]
            notes = [self.instead[name, each] for each in DATABASES if (name, each) in self.instead]
            notes = notes if any(not found[name][each] for each in DATABASES) else []
            lines.append((f"{name:5}" + "".join(f"{cell:14}" for cell in cells) + "; ".join(notes)).rstrip())
        held = [name for name in found if all(v.is_held for vs in found[name].values() for v in vs)]
        databases = {verdict.database for verdict in self.all}
        return [*lines, "", f"faults={len(found)} held={len(held)} databases={len(databases)}"]


def _cell(verdicts: list[Verdict]) -> str:
    if not verdicts:
        return "-"
    held = sum(verdict.is_held for verdict in verdicts)
    return f"held {held}/{len(verdicts)}" if held == len(verdicts) else f"dirty {held}/{len(verdicts)}"
