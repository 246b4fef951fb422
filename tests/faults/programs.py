"""The portal's own programs as processes that a test may kill, pause, resume, stop and start again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.demo_process import ROOT

# Seconds that a program may take to end by itself; a worker waits 7 for calls that are out.
STOP_SECONDS = 12.0
# The shell outlives a test run that is killed, and notices at the end of its input.
WATCH = 'read -r _; kill -KILL -- "-$1"'


@dataclass(frozen=True, kw_only=True)
class Mishap:
    """What was done to whom, from when to when (seconds since 1970)."""

    kind: str
    who: str
    since: float
    until: float


@dataclass
class Diary:
    """Every mishap of a stage, in the order in which they ended."""

    mishaps: list[Mishap] = field(default_factory=list)

    def note(self, kind: str, who: str, since: float) -> None:
        """Something that began at `since` has ended now."""
        self.mishaps.append(Mishap(kind=kind, who=who, since=since, until=time.time()))


class Program:
    """One program in a session of its own, with its log in `log`; `name` tells it from the others.

    `is_up` says whether it does its work. Everything that is done to it is noted in the
    diary, so that a judge can tell what it may have left in doubt.
    """

    def __init__(
        self,
        name: str,
        words: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path,
        diary: Diary,
        is_up: Callable[[Program], bool],
        folder: Path = ROOT,
    ) -> None:
        self.name, self.words, self.env, self.log = name, list(words), dict(env), log
        self._diary, self._is_up, self._folder = diary, is_up, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[bytes] | None = None
        self._paused_at = 0.0
        self.started_at = 0.0

    @property
    def pid(self) -> int:
        """Raises RuntimeError when it was not started, or ended on purpose."""
        if self._process is None:
            raise RuntimeError(f"{self.name} does not run")
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def is_paused(self) -> bool:
        return bool(self._paused_at)

    def start(self, *, env: Mapping[str, str] | None = None) -> Program:
        """Start it, without waiting for it; `env` adds to its environment from now on."""
        self.env |= env or {}
        if self.is_alive:
            return self
        self._end(signal.SIGKILL, "died")
        self.started_at = time.time()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.words],
                cwd=self._folder,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._watch = subprocess.Popen(
            ["sh", "-c", WATCH, "sh", str(self._process.pid)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    def wait(self, seconds: float = 60.0) -> Program:
        """Wait until it does its work; raises AssertionError with the end of its log otherwise."""
        deadline = time.monotonic() + seconds
        while not self._is_up(self):
            if not self.is_alive or time.monotonic() > deadline:
                said = self.log.read_text(errors="replace")[-3000:]
                raise AssertionError(f"{self.name} did not come up:\n{said}")
            time.sleep(0.05)
        return self

    def kill(self) -> None:
        """It and its children die without warning; harmless when it is dead."""
        self._end(signal.SIGKILL, "kill")

    def stop(self) -> None:
        """Tell it to end, and kill what is left of it after STOP_SECONDS."""
        self.resume()
        self._end(signal.SIGTERM, "stop")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the leader only, and do not wait."""
        os.kill(self.pid, number)

    def pause(self) -> None:
        """It and its children stand still until resume()."""
        if not self._paused_at:
            self._paused_at = time.time()
            os.killpg(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Go on as if nothing had been; harmless when it is not paused."""
        if self._paused_at:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGCONT)
            since, self._paused_at = self._paused_at, 0.0
            self._diary.note("pause", self.name, since)

    def restart(self, *, env: Mapping[str, str] | None = None) -> Program:
        """Kill it, start it and wait until it does its work."""
        self.kill()
        return self.start(env=env).wait()

    def pids(self) -> list[int]:
        """Process ids of all of it, the leader first."""
        leader = psutil.Process(self.pid)
        return [leader.pid, *(child.pid for child in leader.children(recursive=True))]

    def said(self) -> str:
        """Its log."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _end(self, number: signal.Signals, kind: str) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        since, self._paused_at = self._paused_at or time.time(), 0.0
        with suppress(ProcessLookupError):
            process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if self._watch and self._watch.stdin:
            self._watch.kill()
            self._watch.wait()
            self._watch.stdin.close()
        self._diary.note(kind, self.name, since)
