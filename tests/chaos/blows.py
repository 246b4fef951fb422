"""What hits the processes and servers of a chaos run, drawn from a seed: which, whom, when, how long."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.faults.stage import LEASE_SECONDS, SQLITE

# How often a kind is drawn beside the others; every kind comes once at least, where there is room.
WEIGHTS = {
    "kill worker": 5,
    "pause worker": 5,
    "kill scheduler": 2,
    "kill web": 2,
    "kill redis": 2,
    "flush redis": 1,
    "restart postgres": 3,
    "lock sqlite": 2,
}
ON_SERVERS = ("kill redis", "flush redis", "restart postgres")
ON_SQLITE = ("lock sqlite",)


@dataclass(frozen=True, kw_only=True)
class Blow:
    """`kind` hits number `who` of its kind, `at` seconds after the beginning; it lasts `seconds`."""

    at: float
    kind: str
    who: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.at:.1f} s: {self.kind} {self.who} for {self.seconds:.1f} s"


def draw(seed: int, database: str, *, count: int, window: float) -> list[Blow]:
    """So many blows over `window` seconds, the earliest first; the same seed draws the same."""
    chance = random.Random(f"blows {seed}")
    unfit = ON_SERVERS if database == SQLITE else ON_SQLITE
    weights = {kind: weight for kind, weight in WEIGHTS.items() if kind not in unfit}
    drawn = chance.choices(list(weights), list(weights.values()), k=max(0, count - len(weights)))
    kinds = [*weights, *drawn][:count]
    chance.shuffle(kinds)
    step = window / count
    return [
        Blow(
            at=(number + chance.random()) * step,
            kind=kind,
            who=chance.randrange(2),
            seconds=_seconds(kind, chance),
        )
        for number, kind in enumerate(kinds)
    ]


def _seconds(kind: str, chance: random.Random) -> float:
    """A pause outlasts the lease, or somebody else would have nothing to decide."""
    if kind == "pause worker":
        return chance.uniform(LEASE_SECONDS + 1, 16)
    if kind == "lock sqlite":
        return chance.uniform(1, 5)
    return chance.uniform(0.1, 2.5)
