"""Random faults over many jobs, a fixed and a fresh seed on each database: `python -m tests.chaos`.

Prints the books of each run in a line, and ends with 1 when one of them is dirty. `--seed`, `--db` and
`--jobs` choose; the same seed draws the same faults.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.chaos.journal import Journal
from tests.chaos.storm import Report, Run, run
from tests.demo_process import ROOT
from tests.faults.stage import POSTGRESQL, SQLITE

FIXED_SEED = 7
JOURNALS = ROOT / "var" / "chaos"


def main() -> int:
    """1 when a run left something dirty."""
    options = _options()
    seeds = [options.seed] if options.seed is not None else [FIXED_SEED, secrets.randbelow(1_000_000)]
    size = Run(jobs=options.jobs, blows=options.faults, window=options.seconds)
    reports = [
        _run(database, seed, size)
        for database in (options.db and [options.db] or [POSTGRESQL, SQLITE])
        for seed in seeds
    ]
    return int(any(report.books.dirt for report in reports))


def _run(database: str, seed: int, size: Run) -> Report:
    journal = Journal(JOURNALS / f"{database}-{seed}.log")
    with tempfile.TemporaryDirectory(prefix="tmp-portal-chaos-") as folder:
        report = run(Path(folder), database, seed, size, journal)
    print(report.line(), flush=True)
    for name, things in report.books.dirt.items():
        for thing in things[:5]:
            print(f"# dirty {name}: {thing}", flush=True)
    print(
        f"# {report.seconds:.0f} s, {len(report.books.doubts.late)} answers too late, see {_short(journal)}",
        flush=True,
    )
    return report


def _short(journal: Journal) -> str:
    return str(journal.path.relative_to(ROOT))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "--seed", type=int, help="one run on each database (default: a fixed and a fresh one)"
    )
    parser.add_argument("--db", choices=(POSTGRESQL, SQLITE), help="one database (default: both)")
    parser.add_argument("--jobs", type=int, default=Run.jobs)
    parser.add_argument("--faults", type=int, default=Run.blows)
    parser.add_argument("--seconds", type=float, default=Run.window, help="how long it storms")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
