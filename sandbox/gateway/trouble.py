"""Everything that can be ordered to go wrong, in memory only, forgotten as one."""

from random import Random

from sandbox.gateway.faults import Fault
from sandbox.platform.outcomes import Outcome
from sandbox.store.faults import StoreFault
from sandbox.trouble.barriers import Barriers
from sandbox.trouble.clock import Clock
from sandbox.trouble.limit import Limit
from sandbox.trouble.mishaps import Mishaps


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
        self.limit.forget()
