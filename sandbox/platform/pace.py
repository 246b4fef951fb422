"""How long the sandbox lets people wait: not at all, a few looks, or as long as the real service."""

from dataclasses import dataclass

from sandbox import assumptions as tmp


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds that Register takes, that a job waits and at least runs, and GetJob looks per state."""

    name: str
    register_seconds: float = 0
    queue_seconds: float = 0
    work_seconds: float = 0
    looks: int = 0

    def shown(self, state: int, looks: int) -> int:
        """The state GetJob answers at the `looks`-th look (from 1); never ahead of the real `state`."""
        allowed = (tmp.SUBMITTED, tmp.PROCESSING)
        reached = (looks - 1) // self.looks if self.looks else len(allowed)
        return min(state, allowed[reached]) if reached < len(allowed) else state


PACES = {
    pace.name: pace
    for pace in (
        Pace(name="instant"),
        Pace(name="looks", register_seconds=1, looks=2),
        Pace(
            name="clock",
            register_seconds=tmp.REGISTER_SECONDS,
            queue_seconds=tmp.QUEUE_SECONDS,
            work_seconds=tmp.WORK_SECONDS,
        ),
    )
}
