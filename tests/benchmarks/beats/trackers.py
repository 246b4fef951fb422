"""Runs a beat tracker over sound files in a process of its own and says what it heard and what it cost."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.demo_process import ROOT

PYTHON = ROOT / "var" / "bench-beats" / "venv" / "bin" / "python"


@dataclass(frozen=True, kw_only=True)
class Tracker:
    """A command that prints {"file", "beats"} for each file that it is given."""

    name: str
    python: Path
    command: tuple[str, ...]


OURS = Tracker(name="ours", python=Path(sys.executable), command=("-m", "sandbox.beats"))
LIBRARY = Tracker(name="librosa", python=PYTHON, command=(str(Path(__file__).with_name("librosa_beats.py")),))


@dataclass(frozen=True, kw_only=True)
class Run:
    """Beats in seconds by file; processor seconds and peak bytes of the process, imports included."""

    beats: dict[str, list[float]]
    cpu: float
    peak: int


def run(tracker: Tracker, songs: list[Path]) -> Run:
    """Track all songs in one process, on one core."""
    command = [tracker.python, *tracker.command, *songs]
    alone = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | alone)
    assert process.stdout
    lines = [json.loads(line) for line in process.stdout]
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    heard = {line["file"]: line["beats"] for line in lines if "beats" in line}
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(beats=heard, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss * unit)


def import_seconds() -> float:
    """Seconds that importing our tracker takes a fresh interpreter, the best of three."""
    taken = []
    for _ in range(3):
        started = time.monotonic()
        subprocess.run([OURS.python, "-c", "import sandbox.beats"], check=True, cwd=ROOT)
        taken.append(time.monotonic() - started)
    return min(taken)
