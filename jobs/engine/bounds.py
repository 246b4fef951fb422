"""Bounds of a child process that reads what strangers made: memory, time, files; and its end."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

OPEN_FILES = 32
# The exit status that says so.
OUT_OF_MEMORY = 3
_PR_SET_PDEATHSIG = 1
_ROOT = Path(__file__).resolve().parents[2]
_PASSED_ON = ("LD_LIBRARY_PATH", "PYTHONHOME")


def started(module: str, words: tuple[str, ...], stdin: socket.socket) -> subprocess.Popen[bytes]:
    """A child that runs one of our modules, without a fork of this process's threads, without its environment
    and its files. Raises OSError."""
    return subprocess.Popen(  # noqa: S603  (our own program)
        [sys.executable, "-B", "-P", "-m", module, *words],
        stdin=stdin.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=_environment(),
        # Ctrl-C is for the worker, which lets readings come to their end.
        start_new_session=True,
    )


def last_word(process: subprocess.Popen[bytes]) -> str:
    """Why a child hung up: memory, time or crash."""
    try:
        status = process.wait(1.0)
    except subprocess.TimeoutExpired:
        return "crash"
    return {OUT_OF_MEMORY: "memory", -signal.SIGXCPU: "time"}.get(status, "crash")


def die_with_parent() -> None:
    """The kernel's help where it has some; elsewhere the end of the socket tells, a reading later."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def bound_myself(memory_bytes: int) -> None:
    """So much more memory than now where the system counts it (macOS does not), no files of its own, no core
    dump."""
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    for kind, most in (
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


def bound_time(seconds: float) -> None:
    """Seconds at the processor from now on, though the parent may be gone by then."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 1
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _environment() -> dict[str, str]:
    """Where Python finds its modules, and nothing that a key could be in."""
    places = dict.fromkeys([str(_ROOT), *(str(Path(place).resolve()) for place in sys.path)])
    known = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**known, "PYTHONPATH": os.pathsep.join(places), "PYTHONUTF8": "1"}
