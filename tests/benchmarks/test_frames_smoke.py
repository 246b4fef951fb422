"""The benchmark of the frames runs and prints every figure once; on a busy machine they mean little."""

from __future__ import annotations

import re

import pytest

from tests.benchmarks import frames


def test_the_player_and_the_regions_plugin_both_move_and_every_figure_is_printed_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"ROUNDS": 1, "SECONDS": 0.3}.items():
        monkeypatch.setattr(frames, name, value)
    # As every test with Playwright: its loop runs in this thread, and Django would refuse every query.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    figures = frames.main()
    printed = re.findall(r"^(\w+)=(\d+\.\d+)$", capsys.readouterr().out, re.MULTILINE)
    assert [name for name, _ in printed] == list(figures)
    assert {"result_scroll_fps_vs_regions", "result_zoom_fps_vs_regions"} <= set(figures)
    assert min(figures.values()) > 0, "nothing stood still"
