"""Measures what the engine costs: `python -m tests.benchmarks [--rounds N] [--small] [case ...]`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.benchmarks.figures import Figures, host_load, note
from tests.benchmarks.stage import Stage
from tests.demo_process import ROOT

if TYPE_CHECKING:
    from tests.benchmarks.running import Plan

Case = Callable[["Stage", "Plan"], dict[str, float]]
ROUNDS = 3
# They have servers and rounds of their own.
APART = ("dashboard", "pages", "frames", "sandbox", "store")


def cases(*, small: bool = False) -> dict[str, tuple[Case, Plan]]:
    """What a round is made of, by name, with its plan; importable once the stage is up."""
    from tests.benchmarks import batches, many, polling

    if small:
        return {
            "naive": (polling.against_naive, polling.SMALL),
            "bare": (polling.against_bare_client, polling.SMALL),
            "staleness": (many.staleness, many.SMALL),
            "throughput": (many.throughput, many.SMALL),
            "batch": (batches.batch, batches.BESIDE),
        }
    return {
        "naive": (polling.against_naive, polling.FEW),
        "bare": (polling.against_bare_client, polling.FLAT_OUT),
        "staleness": (many.staleness, many.TEN_THOUSAND),
        "throughput": (many.throughput, many.FASTEST),
        "batch": (batches.batch, batches.BESIDE),
    }


def main(words: list[str]) -> int:
    """Prints notes while it works and the figures at the end; 0 when all was measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", help="cases to measure; all by default")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--small", action="store_true", help="only to see that it works: few jobs, seconds")
    asked = parser.parse_args(words)
    figures, failures = Figures(), 0
    with Stage() as stage:
        _tell_settings(stage, asked.rounds)
        names = [name for name in asked.names or [*cases()] if name not in APART]
        for number in range(1, asked.rounds + 1 if names else 1):
            note(f"round {number}, {host_load()}")
            for name in names:
                failures += not _measured(figures, stage, name, small=asked.small)
    for line in figures.spread():
        note(line)
    print("\n".join(figures.lines()), flush=True)
    for name in APART:
        if name in asked.names or not (asked.names or asked.small):
            failures += _apart(name)
    return 1 if failures else 0


def _measured(figures: Figures, stage: Stage, name: str, *, small: bool) -> bool:
    """One round of one case; a failure is told and leaves the others to go on."""
    case, plan = cases(small=small)[name]
    started = time.monotonic()
    try:
        figures.add(case(stage, plan))
    except Exception:
        traceback.print_exc()
        return False
    note(f"{name} took {time.monotonic() - started:.0f} s")
    return True


def _apart(name: str) -> bool:
    return subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], cwd=ROOT).returncode != 0


def _tell_settings(stage: Stage, rounds: int) -> None:
    from tests.benchmarks import gateway

    [(version,)] = stage.postgres.execute("SHOW server_version")
    latency = f"{1000 * gateway.LATENCY_SECONDS:.0f} ms +-{100 * gateway.JITTER:.0f} %"
    note(f"medians of {rounds} rounds in turn; PostgreSQL {version}, durable, and Redis on this machine")
    note(f"gateway: an asyncio program on this machine, {latency}, signatures checked, over plain http")
    note("the account is a sandbox's: no caps on calls, jobs in flight or jobs a day")
    note("CPU is that of worker, scheduler, PostgreSQL and Redis with their children; not the gateway's")
    note("jobs end as failed or canceled at TMP, so that no results are read, unless a line says otherwise")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
