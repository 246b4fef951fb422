"""How many calls a second one caller may make: a bucket of tokens for each."""

import threading
import time

UNLIMITED = "5000/5000"  # what the real gateway was seen to say
ANYBODY = ""


class Limit:
    """Off until set; a bucket holds one second's tokens, and at least one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}
        self._limits: dict[str, float] = {}

    def set(self, per_second: float, caller: str = ANYBODY) -> None:
        """Limit every caller from now on, or one alone, whatever the others may do; buckets start full, and 0
        lifts the limit."""
        with self._lock:
            self._limits.pop(caller, None)
            if per_second:
                self._limits[caller] = per_second
            self._buckets = {}

    def forget(self) -> None:
        """Limit nobody any more."""
        with self._lock:
            self._limits, self._buckets = {}, {}

    def all(self) -> dict[str, float]:
        """Calls a second by caller; those of ANYBODY are for callers that have no limit of their own."""
        with self._lock:
            return dict(self._limits)

    def wait(self, caller: str) -> float:
        """0 when the caller may call, which uses up a token; else the seconds until it may."""
        with self._lock:
            per_second = self._of(caller)
            if not per_second:
                return 0
            tokens = self._tokens(caller, per_second)
            missing = max(0.0, 1 - tokens)
            self._buckets[caller] = (tokens if missing else tokens - 1, time.monotonic())
            return missing / per_second

    def header(self, caller: str) -> str:
        """What is left of the limit, as X-Service-RateLimit says it: `n/limit`."""
        with self._lock:
            per_second = self._of(caller)
            return f"{int(self._tokens(caller, per_second))}/{per_second:g}" if per_second else UNLIMITED

    def _of(self, caller: str) -> float:
        return self._limits.get(caller, self._limits.get(ANYBODY, 0.0))

    def _tokens(self, caller: str, per_second: float) -> float:
        most = max(1.0, per_second)
        tokens, then = self._buckets.get(caller, (most, 0.0))
        return min(most, tokens + (time.monotonic() - then) * per_second)
