"""Several worker processes over one database, one of them killed: no job is lost and none is sent twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.jobs.raw_gateway import RawGateway, http, told
from tests.sandbox_process import ROOT

JOBS = 24
BEATS = [0.5, 1.0, 1.5, 2.0]


def worker(folder: Path, gateway: RawGateway, *words: object) -> subprocess.Popen[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "TMPPORTAL_DATA": str(folder),
        "TMPPORTAL_SANDBOX_GATEWAY": gateway.url,
        "TMPPORTAL_SANDBOX_STORE": "http://127.0.0.1:9",
        "TMPPORTAL_POLL_SECONDS_SANDBOX": "0.2",
        "TMPPORTAL_LEASE_SECONDS": "3",
    }
    command = [sys.executable, "-m", "tests.jobs.sweeper", *map(str, words)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def done(process: subprocess.Popen[str]) -> str:
    """What it printed, once it has ended well."""
    printed, _ = process.communicate(timeout=90)
    assert process.returncode == 0
    return printed


def slow_answer(body: dict[str, Any]) -> bytes:
    """Accepts every job under an id made of its custom id, after a moment."""
    time.sleep(0.02)
    job_id = "tmp-" + body["createJobRequest"]["customId"]
    return http(200, {"createJobResponse": {"job": {"id": job_id, "state": 1}}})


def test_no_job_is_lost_or_sent_twice_when_a_worker_is_killed(tmp_path: Path) -> None:
    outputs = [{"smartContentResult": {"musicBeat": {"beats": BEATS}}}]
    with RawGateway() as gateway:
        gateway.answers["CreateJob"] = [slow_answer]
        gateway.answers["GetJob"] = [lambda body: told(3, body["getJobRequest"]["id"], outputs=outputs)]
        done(worker(tmp_path, gateway, "prepare", JOBS))
        victim, *others = [worker(tmp_path, gateway, "work", 40) for _ in range(3)]
        while gateway.asked["CreateJob"] < 6:
            time.sleep(0.01)
        victim.kill()
        victim.communicate()
        for other in others:
            done(other)
        lines = [line.split() for line in done(worker(tmp_path, gateway, "report")).splitlines()]
    sent = Counter(
        body["createJobRequest"]["customId"] for body in gateway.bodies if "createJobRequest" in body
    )
    states = Counter(state for _, state, _, _ in lines)
    assert len(lines) == JOBS
    assert set(sent.values()) == {1}
    assert all(attempts == "1" for _, _, attempts, _ in lines)
    assert states["COMPLETED"] + states["UNSURE"] == JOBS
    assert states["COMPLETED"] > JOBS / 2
    assert all(completed == str(int(state == "COMPLETED")) for _, state, _, completed in lines)
