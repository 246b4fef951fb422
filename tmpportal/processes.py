"""Child processes of one start: begun together, watched, and all ended together."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType

STOP_PATIENCE_SECONDS = 8.0


class ChildFailed(Exception):
    """A child ended or did not come up; the message is one sentence for a person."""


class Stopped(Exception):
    """A person or the system asked us to end."""


def free_port(first: int) -> int:
    """The first free TCP port on 127.0.0.1 from `first` on; raises ChildFailed when a hundred are taken."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ChildFailed(f"No free port between {first} and {first + 99} on 127.0.0.1.")


def _raise_stopped(number: int, frame: FrameType | None) -> None:
    raise Stopped(signal.Signals(number).name)


@dataclass
class Children:
    """Starts programs with their output in `logs`, and ends every one of them on leaving the `with` block."""

    logs: Path
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def __enter__(self) -> Children:
        self.logs.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _raise_stopped)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A second Ctrl-C must not leave half of the children behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self.stop()

    def start(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], announce: Sequence[str] = ()
    ) -> dict[str, str]:
        """Start `command`; with `announce`, wait for its `key=value` lines on stdout and return them."""
        log = (self.logs / f"{name}.log").open("a")
        process = subprocess.Popen(  # noqa: S603  (our own programs)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if announce else log,
            stderr=log,
            env={**os.environ, **env},
            text=True,
            # Its own group: Ctrl-C reaches only us, and we end the children in order.
            start_new_session=True,
        )
        log.close()
        self.running[name] = process
        return self._announced(name, process, announce) if announce else {}

    def _announced(self, name: str, process: subprocess.Popen[str], keys: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        assert process.stdout is not None
        while not set(keys) <= set(found):
            line = process.stdout.readline()
            if not line:
                raise ChildFailed(self._obituary(name))
            key, _, value = line.strip().partition("=")
            found[key] = value
        return found

    def _obituary(self, name: str) -> str:
        log = self.logs / f"{name}.log"
        said = log.read_text(errors="replace") if log.exists() else ""
        lines = [line for line in said.splitlines() if line.strip()]
        words = lines[-1] if lines else "none"
        return f"The {name} process ended unexpectedly; see {log}. Its last words: {words}"

    def check(self) -> None:
        """Raises ChildFailed if a child has ended."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise ChildFailed(self._obituary(name))

    def wait(self) -> None:
        """Stay until a child ends (ChildFailed) or somebody asks us to stop (Stopped)."""
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """End all children, last started first; whoever does not listen is killed."""
        processes = list(reversed(self.running.values()))
        for process in processes:
            # Only the leader: it knows how to end its own, and a worker whose scheduler was ended by somebody
            # else waits seconds for it.
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_PATIENCE_SECONDS
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            # The leader may have gone before members of its group.
            _signal_group(process, signal.SIGKILL)
            process.wait()
            if process.stdout:
                process.stdout.close()
        self.running.clear()


def _signal_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def python(*arguments: str) -> list[str]:
    """A command that runs this Python, so that children share our environment."""
    return [sys.executable, *arguments]
