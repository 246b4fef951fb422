"""Mishaps ordered for the next calls: what a real network does when it is least wanted."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sandbox.gateway_body import GatewayError
from sandbox.messages import RefusedError

HANG_SECONDS = 600.0
ACTIONS = ("Register", "CreateJob", "GetJob")
KINDS: Mapping[str, str] = {
    "lost_reply": "performed, then the connection closes without an answer",
    "hang": "performed, then no answer comes until the sandbox stops, 600 s at most",
    "garbage": "performed, then the answer is HTML",
    "refuse": "not performed, errorResponse",
    "http_500": "not performed, the gateway answers 500",
    "slow": "performed after a delay",
}
GARBAGE = b"<!doctype html><html><head><title>Welcome</title></head><body>It works!</body></html>"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One ordered mishap; an empty `caller` means any, `times` is how many calls it still spoils, `seconds`
    is the delay of `slow`."""

    kind: str
    action: str
    caller: str = ""
    times: int = 1
    message: str = ""
    seconds: float = 0


class Faults:
    """The mishaps still to come, in memory only; the oldest that fits a call spoils it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Let it spoil calls from now on."""
        with self._lock:
            self._pending.append(fault)

    def pending(self) -> list[Fault]:
        """What has not happened yet, oldest first."""
        with self._lock:
            return list(self._pending)

    def take(self, action: str, caller: str) -> Fault | None:
        """The mishap of this call, used up once; None when all is well."""
        with self._lock:
            for at, fault in enumerate(self._pending):
                if fault.action == action and fault.caller in ("", caller):
                    left = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                    self._pending[at : at + 1] = left
                    return fault
        return None


def spoil_call(fault: Fault | None, *, stopping: threading.Event) -> None:
    """What happens instead of the call or before it. Raises RefusedError, GatewayError, and ConnectionError
    when the sandbox stops meanwhile."""
    if fault is None:
        return
    if fault.kind == "refuse":
        raise RefusedError(fault.message or "the sandbox was told to refuse this call")
    if fault.kind == "http_500":
        raise GatewayError(500, fault.message or "Internal Server Error")
    if fault.kind == "slow" and stopping.wait(fault.seconds):
        raise ConnectionError("the sandbox stops")


def spoil_answer(fault: Fault | None, *, stopping: threading.Event) -> bytes | None:
    """HTML instead of the answer, or None to give it. Raises ConnectionError to give none at all."""
    if fault is None:
        return None
    if fault.kind == "hang":
        stopping.wait(HANG_SECONDS)
    if fault.kind in ("hang", "lost_reply"):
        raise ConnectionError("the answer was lost on purpose")
    return GARBAGE if fault.kind == "garbage" else None
