"""How many calls a second one caller may make: a bucket of tokens for each."""

import threading
import time

UNLIMITED = "5000/5000"  # what the real gateway was seen to say


class Limit:
    """Off until set; a bucket holds one second's tokens, and at least one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}
        self.per_second = 0.0

    def set(self, per_second: float) -> None:
        """Limit every caller from now on, starting with a full bucket; 0 lifts the limit."""
        with self._lock:
            self.per_second = per_second
            self._buckets = {}

    def wait(self, caller: str) -> float:
        """0 when the caller may call, which uses up a token; else the seconds until it may."""
        with self._lock:
            if not self.per_second:
                return 0
            tokens = self._tokens(caller)
            missing = max(0.0, 1 - tokens)
            self._buckets[caller] = (tokens if missing else tokens - 1, time.monotonic())
            return missing / self.per_second

    def header(self, caller: str) -> str:
        """What is left of the limit, as X-Service-RateLimit says it: `n/limit`."""
        with self._lock:
            return f"{int(self._tokens(caller))}/{self.per_second:g}" if self.per_second else UNLIMITED

    def _tokens(self, caller: str) -> float:
        most = max(1.0, self.per_second)
        tokens, then = self._buckets.get(caller, (most, 0.0))
        return min(most, tokens + (time.monotonic() - then) * self.per_second)
