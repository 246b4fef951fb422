"""How jobs end on order: decided when a job is created and kept in its row, so that a restart keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox import assumptions as tmp
from sandbox.platform.call import Call
from sandbox.trouble.mishaps import Mishap

if TYPE_CHECKING:
    from sandbox.platform.jobs import Job
    from sandbox.platform.pace import Pace

ODD_STATE = 99
KINDS: Mapping[str, str] = {
    "fail": "ends in an error",
    "cancel": "is canceled",
    "never_ends": "is processed for ever, whatever its timeout",
    "no_output": "completes with neither a file nor a result",
    "unknown": "is taken and forgotten: GetJob does not know it, and it is never performed",
    "backwards": "is shown processing at the first look, submitted at the second",
    "flips": "is shown completed once, and failed from the next look on",
    "late_output": "completes at once; its files appear later",
    "late": "is processed that long",
    "odd_state": f"is shown in state {ODD_STATE} for a while",
    "other_content": "completes; what should be JSON in its files is none",
}
TIMED = frozenset(("late_output", "late", "odd_state"))
ENDLESS = ("never_ends", "unknown")
WAITING = (*ENDLESS, "late")


@dataclass(frozen=True, kw_only=True)
class Outcome(Mishap):
    """One ordered outcome; an empty `custom_id` (the beginning of one) or `caller` means any, `seconds` is
    how long the timed ones take, `message` what a job that fails says."""

    kind: str
    custom_id: str = ""
    caller: str = ""
    seconds: float = 0
    message: str = ""

    def fits(self, call: Call) -> bool:
        """Whether the job that this call creates may end so."""
        return self.caller in ("", call.source) and call.custom_id.startswith(self.custom_id)


def ready(outcome: Outcome | None, *, now: float, seconds: float) -> float:
    """When a job created now may be performed, in seconds since 1970: after `seconds`, later, or never."""
    if outcome and outcome.kind in ENDLESS:
        return float("inf")
    return now + (outcome.seconds if outcome and outcome.kind == "late" else seconds)


def shown(job: "Job", *, pace: "Pace", now: float) -> int:
    """The state that GetJob answers at this look: the outcome's, or what the pace lets a caller see; a caller
    that was called back sees the end."""
    if job.outcome == "odd_state" and now < job.created + job.outcome_seconds:
        return ODD_STATE
    looks = job.looks
    if job.outcome == "backwards":
        if looks <= 2:
            return tmp.PROCESSING if looks == 1 else tmp.SUBMITTED
        looks -= 2
    return job.state if job.called_back else pace.shown(job.state, looks)
