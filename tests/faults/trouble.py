"""Ways to hurt what runs, from outside and without touching its code."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import psutil

from tests.faults.stage import Stage
from tests.sandbox_process import SandboxProcess


@contextmanager
def deaf(sandbox: SandboxProcess) -> Iterator[None]:
    """Whoever calls the gateway now is not even connected: it stands still, and its queue is full.

    Afterwards it goes on as if nothing had been.
    """
    port = int(sandbox.gateway.rpartition(":")[2])
    with ExitStack() as stack:
        os.kill(sandbox.pid, signal.SIGSTOP)
        stack.callback(os.kill, sandbox.pid, signal.SIGCONT)
        for _ in range(5000):
            caller = stack.enter_context(socket.socket())
            caller.settimeout(0.3)
            try:
                caller.connect(("127.0.0.1", port))
            except TimeoutError:
                break
        else:
            raise AssertionError("the queue of the gateway is never full")
        yield


@contextmanager
def full_disk(*pids: int, limit_bytes: int = 0, like: Mapping[str, Any] | None = None) -> Iterator[None]:
    """No file that these processes write may grow beyond `limit_bytes`, as on a disk that is full.

    `like` says as whom they run, where that is another than who runs the tests.
    """
    for pid in pids:
        _limit(pid, str(limit_bytes), like or {})
    try:
        yield
    finally:
        for pid in pids:
            _limit(pid, "unlimited", like or {})


def _limit(pid: int, limit: str, like: Mapping[str, Any]) -> None:
    """The soft limit only, which may be raised again; a process that has gone has no files, and one that
    limits itself for good is left alone."""
    hard = _prlimit(pid, "--fsize", "--raw", "--noheadings", "--output", "HARD", like=like)
    if hard.strip() == "unlimited":
        _prlimit(pid, f"--fsize={limit}:", like=like)


def _prlimit(pid: int, *words: str, like: Mapping[str, Any]) -> str:
    done = subprocess.run(["prlimit", "--pid", str(pid), *words], capture_output=True, text=True, **like)
    assert done.returncode == 0 or not psutil.pid_exists(pid), done.stderr
    return done.stdout


def pause_between_writes(stage: Stage, number: int = 0) -> None:
    """Pause a worker at a moment at which it holds no lock of the database that everybody waits for."""
    for _ in range(20):
        stage.worker(number).pause()
        if stage.can_write():
            return
        stage.worker(number).resume()
        time.sleep(0.05)
    raise AssertionError("the worker always writes")
