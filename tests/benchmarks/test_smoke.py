"""The benchmarks run, and print their figures as the programs that read them expect; not what they are."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.demo_process import ROOT

FIGURES = {
    "polls_per_cpu_s_vs_naive",
    "polls_per_cpu_s_vs_tuned_naive",
    "redis_cmds_per_poll",
    "db_transactions_per_poll",
    "staleness_p95_minus_interval_s",
    "pss_mib_workers_10k",
}


def test_a_small_run_prints_each_figure_once() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--small", "--rounds", "1", "naive", "staleness"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert said.returncode == 0, said.stdout + said.stderr
    lines = [line for line in said.stdout.splitlines() if line and not line.startswith("#")]
    found = [re.fullmatch(r"([a-z0-9_]+)=(-?\d+\.\d+)", line) for line in lines]
    assert all(found), said.stdout
    names = [match[1] for match in found if match]
    assert len(names) == len(set(names))
    assert set(names) >= FIGURES
