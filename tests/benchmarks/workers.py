"""Worker processes under test, and what they cost, all their children included."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

from tests.demo_process import ROOT

GONE = (psutil.NoSuchProcess, psutil.AccessDenied)


class Workers:
    """Programs that run inside the `with` block; they end without warning, as only their costs matter."""

    def __init__(self, commands: Sequence[Sequence[str]], *, env: Mapping[str, str], log: Path) -> None:
        self._commands, self._env, self._log = commands, env, log
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        with self._log.open("ab") as log:
            for command in self._commands:
                process = subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=dict(self._env),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                self._running.append(process)
        return self

    def __exit__(self, *args: object) -> None:
        for process in self._running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def check(self) -> None:
        """Raises RuntimeError when one has ended, with the end of the log."""
        if any(process.poll() is not None for process in self._running):
            raise RuntimeError(f"A worker ended:\n{self._log.read_text(errors='replace')[-3000:]}")

    def cpu_seconds(self) -> float:
        """User and system seconds of all processes so far, of ended and awaited children, too."""
        total = 0.0
        for process in self._all():
            with suppress(*GONE):
                total += sum(process.cpu_times()[:4])
        return total

    def pss_mib(self) -> float:
        """Memory of all processes in MiB, what they share counted once."""
        total = 0
        for process in self._all():
            with suppress(*GONE):
                total += process.memory_full_info().pss
        return total / 1024**2

    def _all(self) -> list[psutil.Process]:
        found = []
        for process in self._running:
            with suppress(*GONE):
                leader = psutil.Process(process.pid)
                found += [leader, *leader.children(recursive=True)]
        return found
