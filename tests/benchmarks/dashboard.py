"""What the dashboard costs over a thousand jobs and over a million, and a look that sees nothing new.

CPU of the web process and of PostgreSQL, which is shared by nobody meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

from tests.benchmarks import upkeep
from tests.benchmarks.talking import QUIET, Talking
from tests.servers import PostgresServer

FEW, MANY = 1_000, 1_000_000
BLOCKS, REQUESTS = 5, 20
# A look that sees nothing new is so cheap that a block needs more of them.
UNCHANGED_REQUESTS = 200
PAGES = ("first", "deep", "state", "poll", "unchanged")
SIDES = {"pg": "postgresql", "sqlite": "sqlite"}

Costs = dict[str, float]


class Portal(Talking):
    """A process of dashboard_process over a database of its own with so many jobs."""

    def __init__(self, url: str, rows: int, server: PostgresServer | None) -> None:
        super().__init__("tests.benchmarks.dashboard_process", str(rows), url=url, server=server)
        self.queries: dict[str, int] = json.loads(self.hello)

    def page(self, name: str) -> float:
        """CPU seconds of one request, database included."""
        return self.cost(name, UNCHANGED_REQUESTS if name == "unchanged" else REQUESTS)


@contextmanager
def _portals(side: str) -> Iterator[tuple[Portal, Portal]]:
    """One over few jobs and one over many."""
    with ExitStack() as stack:
        server = stack.enter_context(PostgresServer(options=QUIET)) if side == "pg" else None
        found = []
        for rows in (FEW, MANY):
            url = server.new_database(f"jobs_{rows}") if server else ""
            portal = Portal(url, rows, server)
            stack.callback(portal.close)
            found.append(portal)
        yield found[0], found[1]


def measure(side: str) -> tuple[Costs, Costs, dict[str, int]]:
    """Median CPU seconds by page over few jobs and over many, and how many queries each made."""
    with _portals(side) as (few, many):
        blocks: dict[str, list[tuple[float, float]]] = {page: [] for page in PAGES}
        for _ in range(BLOCKS):
            for page in PAGES:
                blocks[page].append((few.page(page), many.page(page)))
        small = {page: median(cost for cost, _ in found) for page, found in blocks.items()}
        large = {page: median(cost for _, cost in found) for page, found in blocks.items()}
        return small, large, many.queries


def main() -> dict[str, float]:
    """Print and return the figures."""
    print(
        f"# dashboard: {FEW} and {MANY} jobs of one person in 8 accounts, CPU of web process and PostgreSQL"
    )
    print(f"# medians of {BLOCKS} interleaved blocks of {REQUESTS} requests ({UNCHANGED_REQUESTS} unchanged)")
    ratios: dict[str, float] = {}
    unchanged: dict[str, float] = {}
    for side, name in SIDES.items():
        small, large, queries = measure(side)
        for page in ("first", "deep", "state"):
            ratios[f"{side}_{page}"] = large[page] / small[page]
        unchanged[side] = large["unchanged"] / large["poll"]
        unchanged[f"{side}_1k"] = small["unchanged"] / small["poll"]
        costs = " ".join(f"{page}={small[page] * 1000:.2f}/{large[page] * 1000:.2f}" for page in PAGES)
        print(f"# {name}: milliseconds of a request over few/many jobs: {costs}")
        print(f"# {name}: queries besides sign-in: {' '.join(f'{page}={queries[page]}' for page in PAGES)}")
    told = _told({"dashboard_1m_vs_1k_cpu": ratios, "live_poll_unchanged_vs_full": unchanged})
    return told | upkeep.main()


def _told(figures: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Each figure's worst case under its bare name, and every case."""
    told: dict[str, float] = {}
    for name, cases in figures.items():
        told |= {name: max(cases.values()), **{f"{name}_{case}": value for case, value in cases.items()}}
    for name, value in told.items():
        print(f"{name}={value:.3f}", flush=True)
    return told


if __name__ == "__main__":
    main()
