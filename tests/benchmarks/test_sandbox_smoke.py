"""The benchmark of the sandbox prints every figure once; on a busy machine its seconds mean little."""

from __future__ import annotations

import re

import pytest

from tests.benchmarks import sandbox


def test_start_and_memory_are_printed_and_the_memory_is_within_what_is_promised(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sandbox, "ROUNDS", 1)
    figures = sandbox.main()
    printed = re.findall(r"^(\w+)=(\d+\.\d+)$", capsys.readouterr().out, re.MULTILINE)
    assert [name for name, _ in printed] == list(figures)
    assert figures["sandbox_start_s"] > 0
    assert 5 < figures["sandbox_idle_mib"] < 60
    assert figures["sandbox_idle_after_a_job_mib"] < 60
