"""Which share of a job's CPU goes into the dashboard's numbers: whole lives with the tally and without."""

from __future__ import annotations

from contextlib import closing
from statistics import mean

from tests.benchmarks.talking import QUIET, Talking
from tests.benchmarks.upkeep_process import KEPT, LEFT
from tests.servers import PostgresServer

BLOCKS, LIVES = 12, 40


def measure() -> tuple[float, float]:
    """CPU seconds of one life with the tally and without, on PostgreSQL.

    Means of the cheaper half of the blocks: the difference is smaller than the noise of one.
    """
    with PostgresServer(options=QUIET) as server:
        url = server.new_database("lives")
        with closing(Talking("tests.benchmarks.upkeep_process", url=url, server=server)) as lives:
            lives.cost(KEPT, LIVES)
            pairs = [(lives.cost(KEPT, LIVES), lives.cost(LEFT, LIVES)) for _ in range(BLOCKS)]
    return _cheap([kept for kept, _ in pairs]), _cheap([left for _, left in pairs])


def _cheap(costs: list[float]) -> float:
    return mean(sorted(costs)[: len(costs) // 2])


def main() -> dict[str, float]:
    """Print and return the figure."""
    kept, left = measure()
    print(f"# counter upkeep: the cheaper half of {BLOCKS} interleaved blocks of {LIVES} lives, PostgreSQL,")
    print("# without the child that reads results; milliseconds of a life:")
    print(f"# with the tally {kept * 1000:.2f}, without it {left * 1000:.2f}")
    share = (kept - left) / kept
    print(f"counter_upkeep_share={share:.3f}", flush=True)
    return {"counter_upkeep_share": share}


if __name__ == "__main__":
    main()
