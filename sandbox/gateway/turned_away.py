"""Remembers the last calls that the gateway itself turned away: the first that goes wrong for a new client is
its signature, and such calls reach no ledger."""

import time
from collections import deque
from dataclasses import dataclass
from wsgiref.types import WSGIEnvironment

from sandbox.gateway.body import GatewayError

NEWEST = 20
LONGEST = 200  # characters of what a stranger wrote


@dataclass(frozen=True, kw_only=True)
class TurnedAway:
    """`time` in seconds since 1970, `status` and `message` of the answer, and what the request claimed."""

    time: float
    status: int
    message: str
    method: str
    path: str
    source: str


class TurnedAwayCalls:
    """The newest of them, in memory; every method may be called from any thread."""

    def __init__(self) -> None:
        self._calls: deque[TurnedAway] = deque(maxlen=NEWEST)

    def note(self, environ: WSGIEnvironment, error: GatewayError) -> None:
        """Remember one, with nothing of its headers but the Source."""
        self._calls.appendleft(
            TurnedAway(
                time=time.time(),
                status=error.status,
                message=error.message[:LONGEST],
                method=environ["REQUEST_METHOD"],
                path=environ["PATH_INFO"].encode("latin-1").decode(errors="replace")[:LONGEST],
                source=environ.get("HTTP_SOURCE", "")[:LONGEST],
            )
        )

    def newest(self) -> list[TurnedAway]:
        """Newest first."""
        return list(self._calls)
