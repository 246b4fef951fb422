"""The benchmark of the dashboard runs and prints every figure once; over so few rows they mean little."""

from __future__ import annotations

import re

import pytest

from tests.benchmarks import dashboard, upkeep

FIGURES = {"dashboard_1m_vs_1k_cpu", "live_poll_unchanged_vs_full", "counter_upkeep_share"}


def test_every_figure_is_printed_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"FEW": 60, "MANY": 120, "BLOCKS": 1, "REQUESTS": 2, "UNCHANGED_REQUESTS": 5}.items():
        monkeypatch.setattr(dashboard, name, value)
    monkeypatch.setattr(upkeep, "BLOCKS", 2)
    monkeypatch.setattr(upkeep, "LIVES", 2)
    figures = dashboard.main()
    printed = re.findall(r"^(\w+)=(-?\d+\.\d+)$", capsys.readouterr().out, re.MULTILINE)
    assert [name for name, _ in printed] == list(figures)
    assert set(figures) >= FIGURES
    assert len(figures) == 13
