"""How soon the sandbox answers after it is started, and what it holds while nobody asks.

`python -m sandbox` over a new folder, until its ledger is answered for the first time; memory is what Linux
calls resident, a second later and again after the first job, whose performer is another process.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.demo_process import ROOT
from tests.sandbox.client import Bucket, register
from tests.songs import clicks

ROUNDS = 5
IDLE_SECONDS = 1.0


def main() -> dict[str, float]:
    """Prints the medians, and returns them."""
    rounds = [_round() for _ in range(ROUNDS)]
    figures = {name: median(each[name] for each in rounds) for name in rounds[0]}
    for name, value in figures.items():
        print(f"{name}={value:.4f}", flush=True)
    return figures


def _round() -> dict[str, float]:
    with TemporaryDirectory() as folder:
        started = time.monotonic()
        words = [sys.executable, "-m", "sandbox", "--data", folder, "--pace", "instant"]
        process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            pairs = (process.stdout.readline().strip().partition("=") for _ in range(6))
            printed = {name: value for name, _, value in pairs}
            _answered(printed["gateway"])
            seconds = time.monotonic() - started
            time.sleep(IDLE_SECONDS)
            idle = _resident(process.pid)
            _perform(printed)
            time.sleep(IDLE_SECONDS)
            return {
                "sandbox_start_s": seconds,
                "sandbox_idle_mib": idle,
                "sandbox_idle_after_a_job_mib": _resident(process.pid),
            }
        finally:
            process.kill()
            process.communicate()


def _answered(gateway: str) -> None:
    connection = http.client.HTTPConnection(gateway.removeprefix("http://"), timeout=10)
    connection.request("GET", "/_ledger")
    assert connection.getresponse().status == 200
    connection.close()


def _perform(printed: dict[str, str]) -> None:
    bucket = Bucket(printed["store"], printed["bucket"], printed["secret_id"], printed["secret_key"])
    assert bucket.ask("PUT", "song.wav", body=clicks(20, 120)).status == 200
    caller = register(printed["gateway"], bucket)
    job = caller.finish(caller.create(caller.job("song.wav")))
    assert job["state"] == 3, job


def _resident(pid: int) -> float:
    """MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
