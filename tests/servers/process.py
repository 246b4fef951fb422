"""What the servers of the tests share: a folder, a port, a start, several kinds of end, and their costs."""

from __future__ import annotations

import atexit
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psutil

LOOPBACK = "127.0.0.1"
START_SECONDS = 30.0
STOP_SECONDS = 20.0
# Below the ports that systems hand out to whoever connects: a server that comes back finds its port free, and
# nobody who tries to reach it meanwhile is connected to himself.
PORTS = range(20000, 32000)
# The shell outlives a test run that is killed, and notices at the end of its input.
WATCH = 'read -r _; kill -"$1" "$2"; sleep 1; kill -KILL "$2"; rm -rf "$3"'


class NotStarted(RuntimeError):
    """The server ended or did not listen in time; the message holds the end of its log."""


class ServerProcess(ABC):
    """A server program over a folder of its own, which is removed when the `with` block or the run ends.

    `host` is an address to listen on besides 127.0.0.1. The port stays the same over restarts.
    """

    name = ""
    gentle, immediate = signal.SIGTERM, signal.SIGKILL

    def __init__(self, *, host: str = "") -> None:
        self.hosts = [LOOPBACK, *([host] if host else [])]
        self.folder = Path(tempfile.mkdtemp(prefix=f"tmp-portal-{self.name}-"))
        self.log = self.folder / "log"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[bytes] | None = None
        self._spent = 0.0
        atexit.register(self.close)

    @abstractmethod
    def _command(self) -> Sequence[str | Path]:
        """The program and its words, as it listens on `self.port`."""

    @abstractmethod
    def _is_ready(self) -> bool:
        """Whether it serves."""

    def identity(self) -> dict[str, Any]:
        """Arguments for subprocess that say as whom it runs."""
        return {}

    @property
    def pid(self) -> int:
        """Process id of the leader; raises RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError(f"{self.name} does not run")
        return self._process.pid

    def pids(self) -> list[int]:
        """Process ids of all of it, the leader first; empty when it does not run."""
        return [process.pid for process in self._all()]

    def cpu_seconds(self) -> float:
        """User and system seconds of all its processes since the first start, ended ones included.

        A process that a kill took counts up to the moment before; on macOS ended children are not known.
        """
        total = self._spent
        for process in self._all():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += sum(process.cpu_times()[:4])
        return total

    def start(self) -> Self:
        """Start it and wait until it serves; raises NotStarted after three tries."""
        if self._process is not None:
            return self
        tries = 1 if self.port else 3
        for remaining in reversed(range(tries)):
            port_is_ours = bool(self.port)
            self.port = self.port or free_port(self.hosts)
            try:
                return self._start()
            except NotStarted:
                if not remaining:
                    raise
                self.port = self.port if port_is_ours else 0
        raise AssertionError("unreachable")

    def _start(self) -> Self:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(word) for word in self._command()],
                cwd=self.folder,
                env={"TZ": "UTC", "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.identity(),
            )
        self._watch = subprocess.Popen(
            ["sh", "-c", WATCH, "sh", str(int(self.immediate)), str(self._process.pid), str(self.folder)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = self.log.read_text(errors="replace")[-2000:]
                self._end(signal.SIGKILL)
                raise NotStarted(f"{self.name} did not start on port {self.port}:\n{said}")
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """End it as an operator would; it may be started again over the same data."""
        self._end(self.gentle)

    def kill(self) -> None:
        """All of it dies at once, as when the machine loses power; it may be started again."""
        self._spent = self.cpu_seconds()
        rest = self._all()
        # The leader first: alive, it would answer the death of a child with a recovery.
        for process in rest:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._forget()
        _wait_until_gone(rest)

    def restart(self, immediate: bool = False) -> None:
        """End it and start it again; with `immediate` no client is waited for and nothing is put in order."""
        self._end(self.immediate if immediate else self.gentle)
        self.start()

    def close(self) -> None:
        """End it and remove its folder; harmless when repeated."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *args: object) -> None:
        self.close()

    def _all(self) -> list[psutil.Process]:
        if self._process is None:
            return []
        with suppress(psutil.NoSuchProcess):
            leader = psutil.Process(self._process.pid)
            return [leader, *leader.children(recursive=True)]
        return []

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._spent = self.cpu_seconds()
        rest = self._all()[1:]
        self._process.send_signal(number)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for process in self._all():
                process.kill()
        self._forget()
        _wait_until_gone(rest)

    def _forget(self) -> None:
        process, self._process = self._process, None
        watch, self._watch = self._watch, None
        if process:
            process.wait()
        if watch and watch.stdin:
            # First, so that it does not take the closed pipe for the end of the run.
            watch.kill()
            watch.wait()
            watch.stdin.close()


def _wait_until_gone(processes: Sequence[psutil.Process]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while any(_is_alive(process) for process in processes):
        if time.monotonic() > deadline:
            raise RuntimeError(f"Processes stay: {processes}")
        time.sleep(0.005)


def _is_alive(process: psutil.Process) -> bool:
    """An orphan whose new parent has not looked yet is dead, though psutil would wait for it."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def free_port(hosts: Sequence[str]) -> int:
    """A port that nobody listens on at any of `hosts`; raises NotStarted when there is none."""
    for port in random.sample(PORTS, 100):
        if all(_is_free(host, port) for host in hosts):
            return port
    raise NotStarted(f"No free port between {PORTS.start} and {PORTS.stop}.")


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
