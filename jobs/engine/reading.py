"""Has results read by child processes with bounds: what eats memory, spins or crashes ends there."""

from __future__ import annotations

import atexit
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from django.conf import settings

from jobs import capabilities
from jobs.capabilities.base import OpenFile
from jobs.capabilities.reading.pointing import Listed, Spot
from jobs.engine.bounds import last_word, started
from jobs.engine.frames import Channel, Cut
from jobs.engine.reader_child import IDLE_SECONDS
from jobs.results import Result

# Of the reader's own; what the bucket takes is not counted.
READ_SECONDS = settings.READ_SECONDS
START_SECONDS = 20.0
# To wait for another reading to end, where all readers are at work.
WAIT_SECONDS = 10.0
MOST_RESULT_BYTES = 16 * 1024 * 1024
MOST_READERS = 4
# After so many a reader is replaced: whatever it has hoarded is gone.
READINGS_OF_ONE = 200


class NoReader(Exception):
    """None could be had: nothing was tried, and the answer is not to blame."""


class ReaderLost(Exception):
    """The reader ended in the middle; `how` is time, memory, size or crash."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class Stumbled(Exception):
    """The capability raised an error; the message is its kind and place, and quotes nothing."""


class Readers:
    """The children of this process, each for one reading at a time; started when wanted, replaced when lost.

    `started` counts them.
    """

    def __init__(self, most: int = MOST_READERS) -> None:
        self.started = 0
        self._free = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        # Linux ends a child with the thread that started it: this one lives as long as the process.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="reader-start")

    def read(
        self,
        key: str,
        found: Any,
        open_file: OpenFile,
        *,
        seconds: float | None,
        spot: Spot | None = None,
        most_seconds: float = READ_SECONDS,
    ) -> Result:
        """What the capability `key` reads in `found`, as Capability.read, with the times of `spot` where it
        holds any. Raises NoReader, ReaderLost when it takes more than `most_seconds` or too much memory, and
        Stumbled."""
        order = {"spot": asdict(spot) if spot else None, "lists_members": False, "seconds": seconds}
        return Result.from_json(self._said(order, key, found, open_file, most_seconds)["result"])

    def members(
        self, key: str, found: Any, open_file: OpenFile, *, most_seconds: float = READ_SECONDS
    ) -> list[Listed]:
        """The members of `found` and its files that a person can point at. Raises as read."""
        order = {"spot": None, "lists_members": True, "seconds": None}
        said = self._said(order, key, found, open_file, most_seconds)
        return [Listed.from_json(member) for member in said["members"]]

    def end(self) -> None:
        """End those that have nothing to do."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def _said(
        self, order: dict[str, Any], key: str, found: Any, open_file: OpenFile, most_seconds: float
    ) -> dict[str, Any]:
        if not self._free.acquire(timeout=WAIT_SECONDS):
            raise NoReader("busy")
        try:
            said = self._heard({**order, "capability": key, "found": found}, open_file, most_seconds)
        finally:
            self._free.release()
        if "trouble" in said:
            raise Stumbled(str(said["trouble"])[:2000])
        return said

    def _heard(self, order: dict[str, Any], open_file: OpenFile, most_seconds: float) -> dict[str, Any]:
        child = self._take()
        try:
            said = child.read(order, open_file, most_seconds)
        except BaseException:
            child.end()
            raise
        if child.readings >= READINGS_OF_ONE:
            child.end()
        else:
            with self._lock:
                self._idle.append(child)
        return said

    def _take(self) -> _Child:
        names = tuple(capabilities.CAPABILITIES)
        with self._lock:
            fit = [child for child in self._idle if child.is_fit(names)]
            unfit = [child for child in self._idle if child not in fit]
            chosen = fit.pop() if fit else None
            self._idle = fit
        for child in unfit:
            child.end()
        return chosen or self._start(names)

    def _start(self, names: tuple[str, ...]) -> _Child:
        try:
            child = self._starter.submit(_Child, names).result()
        except (OSError, RuntimeError) as error:
            raise NoReader(type(error).__name__) from None
        with self._lock:
            self.started += 1
        child.wait_until_ready()
        return child


def readers() -> Readers:
    """Those of this process; a forked one starts its own."""
    return _readers_of(os.getpid())


@lru_cache(maxsize=1)
def _readers_of(_pid: int) -> Readers:
    made = Readers()
    atexit.register(made.end)
    return made


class _Child:
    """One process, started without a fork of this one's threads, without its environment and its files."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.readings = 0
        self._names = names
        self._idle_since = time.monotonic()
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours, most_bytes=MOST_RESULT_BYTES)
        try:
            self._process = started("jobs.engine.reader_child", names, theirs)
        except OSError:
            self._channel.close()
            raise
        finally:
            theirs.close()

    def is_fit(self, names: tuple[str, ...]) -> bool:
        """Whether it may be given another reading: it is there, and will not go the next moment."""
        is_young = time.monotonic() - self._idle_since < IDLE_SECONDS / 2
        return is_young and self._names == names and self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Raises NoReader when it does not come up."""
        try:
            self._channel.hear(START_SECONDS)
        except (Cut, TimeoutError, OverflowError):
            self.end()
            raise NoReader("start") from None

    def read(self, order: dict[str, Any], open_file: OpenFile, most_seconds: float) -> dict[str, Any]:
        """One reading; what it said at its end. Raises ReaderLost."""
        clock = _Clock(most_seconds)
        try:
            with clock.running() as left:
                self._channel.tell({**order, "cpu_seconds": most_seconds}, left)
            while True:
                with clock.running() as left:
                    said = self._channel.hear(left)
                if "open" not in said:
                    break
                self._hand_over(str(said["open"]), open_file, clock)
        except TimeoutError:
            raise ReaderLost("time") from None
        except OverflowError:
            raise ReaderLost("size") from None
        except Cut:
            raise ReaderLost(last_word(self._process)) from None
        self.readings += 1
        self._idle_since = time.monotonic()
        return said

    def end(self) -> None:
        """Kill it, and let the system forget it."""
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def _hand_over(self, name: str, open_file: OpenFile, clock: _Clock) -> None:
        try:
            content = open_file(name)
        except FileNotFoundError:
            answer = {"missing": True}
        except ValueError:
            answer = {"unfit": True}
        else:
            answer = {}
        with clock.running() as left:
            self._channel.tell(answer, left)
        if not answer:
            with clock.running() as left:
                self._channel.send(content, left)


class _Clock:
    """Counts down while it runs."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    @contextmanager
    def running(self) -> Iterator[float]:
        started = time.monotonic()
        yield max(0.001, self._left)
        self._left -= time.monotonic() - started
