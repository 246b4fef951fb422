"""Ways to hurt what runs, from outside and without touching its code."""

from __future__ import annotations

import os
import resource
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

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
def full_disk(*pids: int, limit_bytes: int = 0) -> Iterator[None]:
    """No file that these processes write may grow beyond `limit_bytes`, as on a disk that is full."""
    for pid in pids:
        _, most = psutil.Process(pid).rlimit(resource.RLIMIT_FSIZE)
        psutil.Process(pid).rlimit(resource.RLIMIT_FSIZE, (limit_bytes, most))
    try:
        yield
    finally:
        for pid in pids:
            with suppress(psutil.NoSuchProcess):
                _, most = psutil.Process(pid).rlimit(resource.RLIMIT_FSIZE)
                psutil.Process(pid).rlimit(resource.RLIMIT_FSIZE, (most, most))


def pause_between_writes(stage: Stage, number: int = 0) -> None:
    """Pause a worker at a moment at which it holds no lock of the database that everybody waits for."""
    for _ in range(20):
        stage.worker(number).pause()
        if stage.can_write():
            return
        stage.worker(number).resume()
        time.sleep(0.05)
    raise AssertionError("the worker always writes")
