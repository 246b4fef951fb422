"""Everything that can be ordered to go wrong, in memory only, forgotten as one."""

from random import Random

from sandbox.barriers import Barriers
from sandbox.clock import Clock
from sandbox.faults import Fault
from sandbox.limit import Limit
from sandbox.mishaps import Mishaps
from sandbox.outcomes import Outcome
from sandbox.store_faults import StoreFault


class Trouble:
    """The faults, outcomes and so on of one sandbox; `seed` makes its dice fall the same way again."""

    def __init__(self, *, seed: int | None = None, skew: float = 0) -> None:
        chance = Random(seed)
        self.faults: Mishaps[Fault] = Mishaps(chance)
        self.outcomes: Mishaps[Outcome] = Mishaps(chance)
        self.store_faults: Mishaps[StoreFault] = Mishaps(chance)
        self.barriers = Barriers()
        self.clock = Clock(skew)
        self.limit = Limit()

    def forget(self) -> None:
        """Order nothing any more, let held calls go, tell the right time, and lift the limit."""
        for mishaps in (self.faults, self.outcomes, self.store_faults):
            mishaps.forget()
        self.barriers.forget()
        self.clock.skew = 0
        self.limit.set(0)
