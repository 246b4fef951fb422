"""Runs one performer in a process of its own, because strangers' audio must not take the server along."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.assumptions import ENGINE_ERROR

WALL_SECONDS = 600
CPU_SECONDS = 300
MEMORY = 3 << 29  # bytes of address space, 1.5 GiB
FILE = 1 << 30  # bytes of one written file
PERFORMERS = (sys.executable, "-m", "sandbox.performers")
TICK = 0.05  # seconds between two looks at the child
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
    job_id: str,
    wanted: Callable[[], bool],
) -> Played:
    """Perform one output in `folder`; gives up as soon as `wanted` says False. Raises JobFailedError."""
    out = folder / "out"
    out.mkdir()
    words = ["--params", json.dumps(params), "--song", str(song), "--out", str(out)]
    with (folder / "stdout").open("wb") as stdout, (folder / "stderr").open("wb") as stderr:
        child = subprocess.Popen(  # noqa: S603
            [*PERFORMERS, capability, *words, "--prefix", prefix, "--job", job_id],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            _limit(child.pid)
            code = _wait(child, wanted)
        finally:
            _end(child)
    return _answer((folder / "stdout").read_bytes(), out, code)


def _environment() -> dict[str, str]:
    # Thread pools of number libraries reserve address space per core and would meet the limit first.
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        **threads,
    }


def _limit(pid: int) -> None:
    # From outside: code between fork and exec may hang in a process with threads.
    if sys.platform != "linux":
        return
    import resource

    limits = ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_FSIZE, FILE))
    for kind, amount in limits:
        try:
            resource.prlimit(pid, kind, (amount, amount))
        except ProcessLookupError:
            return


def _wait(child: subprocess.Popen[bytes], wanted: Callable[[], bool]) -> int:
    for _ in range(int(WALL_SECONDS / TICK)):
        try:
            return child.wait(TICK)
        except subprocess.TimeoutExpired:
            if not wanted():
                raise JobFailedError("the job was given up") from None
    raise JobFailedError(f"{ENGINE_ERROR}: the performer took longer than {WALL_SECONDS} s")


def _end(child: subprocess.Popen[bytes]) -> None:
    # The group, so that a decoder the performer started ends with it.
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        child.wait()


def _answer(stdout: bytes, out: Path, code: int) -> Played:
    lines = stdout.decode(errors="replace").strip().splitlines()
    try:
        answer = json.loads(lines[-1]) if lines else None
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise JobFailedError(f"{ENGINE_ERROR}: the performer ended without an answer (code {code})")
    if "error" in answer:
        raise JobFailedError(": ".join(filter(None, (str(answer["error"]), str(answer.get("message", ""))))))
    files = tuple(out / str(name) for name in answer.get("files", ()))
    for file in files:
        if file.parent != out or file.is_symlink() or not file.is_file():
            raise JobFailedError(f"{ENGINE_ERROR}: the performer named a file it did not write")
    return Played(result=answer.get("result"), files=files)
