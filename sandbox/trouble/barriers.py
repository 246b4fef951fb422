"""Barriers: where calls are held until a test has done what must happen meanwhile."""

import threading
import time
from dataclasses import dataclass, field

from sandbox.trouble.mishaps import HANG_SECONDS

TICK = 0.2  # seconds between two looks whether the sandbox stops


@dataclass
class _Barrier:
    waiting: int = 0
    opened: threading.Event = field(default_factory=threading.Event)


class Barriers:
    """Named barriers, made by their first use; every method may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._barriers: dict[str, _Barrier] = {}

    def stay(self, name: str, *, stopping: threading.Event) -> None:
        """Hold the calling thread until the barrier is open, 600 s at most. Raises ConnectionError when the
        sandbox stops meanwhile, or nobody opens."""
        with self._changed:
            barrier = self._of(name)
            barrier.waiting += 1
            self._changed.notify_all()
        end = time.monotonic() + HANG_SECONDS
        try:
            while not barrier.opened.wait(TICK):
                if stopping.is_set() or time.monotonic() > end:
                    raise ConnectionError(f"the barrier {name} was not opened")
        finally:
            with self._changed:
                barrier.waiting -= 1

    def wait(self, name: str, *, count: int, seconds: float, stopping: threading.Event) -> int:
        """How many calls are held there: as soon as there are `count`, or what there is after `seconds`."""
        end = time.monotonic() + seconds
        with self._changed:
            while (held := self._of(name).waiting) < count:
                left = end - time.monotonic()
                if left <= 0 or stopping.is_set():
                    break
                self._changed.wait(min(left, TICK))
            return held

    def open(self, name: str) -> None:
        """Let every call pass that is held there or comes later."""
        with self._changed:
            self._of(name).opened.set()

    def forget(self) -> None:
        """Let every held call go; a barrier of the same name holds again from now on."""
        with self._changed:
            for barrier in self._barriers.values():
                barrier.opened.set()
            self._barriers = {}

    def all(self) -> list[tuple[str, int, bool]]:
        """Name, held calls and whether it is open, of every barrier."""
        with self._changed:
            return [(name, each.waiting, each.opened.is_set()) for name, each in self._barriers.items()]

    def _of(self, name: str) -> _Barrier:
        return self._barriers.setdefault(name, _Barrier())
