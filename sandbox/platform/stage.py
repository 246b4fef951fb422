"""Runs one performer in a process of its own, because strangers' audio must not take the server along."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.assumptions import ENGINE_ERROR
from sandbox.performers.bounds import CPU_SECONDS, WALL_SECONDS

PERFORMERS = (sys.executable, "-m", "sandbox.performers")
TICK = 0.05  # seconds between two looks at the child
LONGEST_ANSWER = 4 << 20  # bytes
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, kw_only=True)
class Played:
    """What a performer found, and the files it wrote."""

    result: object
    files: tuple[Path, ...]


class JobFailedError(Exception):
    """The job ends in ERROR with this text."""


def perform(
    *,
    capability: str,
    params: object,
    song: Path,
    folder: Path,
    prefix: str,
    name: str,
    wanted: Callable[[], bool],
) -> Played:
    """Perform one output on one song in `folder`, its files named after `name`; gives up as soon as `wanted`
    says False. Raises JobFailedError."""
    out = folder / "out"
    out.mkdir()
    words = ["--params", json.dumps(params), "--song", str(song), "--out", str(out)]
    with (folder / "stdout").open("wb") as stdout, (folder / "stderr").open("wb") as stderr:
        child = subprocess.Popen(  # noqa: S603  (our own program)
            [*PERFORMERS, capability, *words, "--prefix", prefix, "--job", name],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            code = _wait(child, wanted)
        finally:
            _end(child)
    return answer(folder / "stdout", out, code)


def environment() -> dict[str, str]:
    """What a performer knows of this machine: nothing that a key could be in."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
    }


def _wait(child: subprocess.Popen[bytes], wanted: Callable[[], bool]) -> int:
    until = time.monotonic() + WALL_SECONDS
    while time.monotonic() < until:
        try:
            return child.wait(TICK)
        except subprocess.TimeoutExpired:
            if not wanted():
                raise JobFailedError("the job was given up") from None
    raise JobFailedError(f"{ENGINE_ERROR}: The song took longer than {WALL_SECONDS} s.")


def _end(child: subprocess.Popen[bytes]) -> None:
    # The group, so that a decoder the performer started ends with it.
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        child.wait()


def answer(stdout: Path, out: Path, code: int) -> Played:
    """What a performer that ended with `code` said, its files in `out`. Raises JobFailedError."""
    with stdout.open("rb") as said:
        lines = said.read(LONGEST_ANSWER).decode(errors="replace").strip().splitlines()
    try:
        told = json.loads(lines[-1]) if lines else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise JobFailedError(f"{ENGINE_ERROR}: {_end_without_answer(code)}")
    if "error" in told:
        raise JobFailedError(": ".join(filter(None, (str(told["error"]), str(told.get("message", ""))))))
    files = tuple(out / str(name) for name in told.get("files", ()))
    for file in files:
        if file.parent != out or file.is_symlink() or not file.is_file():
            raise JobFailedError(f"{ENGINE_ERROR}: The performer named a file that it did not write.")
    return Played(result=told.get("result"), files=files)


def _end_without_answer(code: int) -> str:
    if code == -signal.SIGXCPU:
        return f"The song took more than {CPU_SECONDS} s of computing."
    if code == -signal.SIGKILL:
        return "The system ended the performer, most likely for want of memory."
    if code < 0:
        return f"The performer crashed on this song (signal {-code})."
    return f"The performer ended without an answer (code {code})."
