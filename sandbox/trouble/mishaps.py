"""Mishaps that were ordered and wait for something they fit; faults and outcomes are kinds of them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Generic, TypeVar

HANG_SECONDS = 600.0  # as long as the longest mishap lasts
ANY = "any"  # the action of a mishap that meets every one
ALWAYS = 1_000_000  # times, as good as for ever


@dataclass(frozen=True, kw_only=True)
class Mishap:
    """`times` is how often it still happens, `share` the probability (0 to 1) that it does where it fits."""

    times: int = 1
    share: float = 1.0


M = TypeVar("M", bound=Mishap)


class Mishaps(Generic[M]):
    """The mishaps still to come, in memory only; the oldest that fits happens. `chance` throws the dice."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._lock = threading.Lock()
        self._pending: list[M] = []

    def order(self, mishap: M) -> None:
        """Let it happen from now on."""
        with self._lock:
            self._pending.append(mishap)

    def pending(self) -> list[M]:
        """What has not happened yet, oldest first."""
        with self._lock:
            return list(self._pending)

    def forget(self) -> None:
        """Let nothing happen any more."""
        with self._lock:
            self._pending.clear()

    def take(self, fits: Callable[[M], bool]) -> M | None:
        """The mishap that happens now, used up once; None when all is well. One that loses its throw is not
        used up, and the next one gets its own."""
        with self._lock:
            for at, mishap in enumerate(self._pending):
                if fits(mishap) and (mishap.share >= 1 or self._chance.random() < mishap.share):
                    left = [replace(mishap, times=mishap.times - 1)] if mishap.times > 1 else []
                    self._pending[at : at + 1] = left
                    return mishap
        return None
