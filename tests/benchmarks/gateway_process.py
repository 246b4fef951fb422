"""The gateway of gateway.py as a process of its own, and the runner's questions to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import requests

from tests.benchmarks.gateway import CANCELED, COMPLETED, FAILED
from tests.demo_process import ROOT

WITHOUT_RESULT = (FAILED, CANCELED)
WITH_RESULT = (COMPLETED,)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a gateway was asked since its start, and what that cost it."""

    polls: int
    created: int
    refused: int
    connections: int
    cpu_seconds: float
    most_on_the_wire: int


class GatewayProcess:
    """A fresh gateway without jobs; `url` is its base address inside the `with` block."""

    url = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.benchmarks.gateway"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.url = f"http://127.0.0.1:{self._process.stdout.readline().partition('=')[2].strip()}"
        self._session = requests.Session()
        self._session.trust_env = False
        return self

    def __exit__(self, *args: object) -> None:
        self._session.close()
        self._process.communicate()

    def seed(
        self, tmp_ids: Sequence[str], *, seconds: tuple[float, float], ends: Sequence[int] = WITHOUT_RESULT
    ) -> None:
        """Jobs of these ids that finish after a time between the two of `seconds`, in one of those states."""
        low, high = seconds
        self._ask("/_seed", {"ids": list(tmp_ids), "low": low, "high": high, "ends": list(ends)})

    def asked(self) -> Asked:
        """What it was asked so far; `most_on_the_wire` counts from the last such question."""
        told = self._ask("/_books", {})
        return Asked(
            polls=told.get("GetJob", 0),
            created=told.get("CreateJob", 0),
            refused=told.get("refused", 0) + told.get("unknown", 0),
            connections=told.get("connections", 0),
            cpu_seconds=told["cpu_seconds"],
            most_on_the_wire=told["most_on_the_wire"],
        )

    def truth(self) -> dict[str, float]:
        """When each job finishes, in seconds of this machine's clock, by TMP's id."""
        return self._ask("/_truth", {})

    def _ask(self, path: str, body: dict[str, Any]) -> Any:
        answer = self._session.post(self.url + path, json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()
