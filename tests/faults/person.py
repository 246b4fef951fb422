"""The other end of tests.faults.hand: a person who acts by the product's own rules."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.demo_process import ROOT


class DeedFailed(Exception):
    """What was wished for was not done; the message is the error's name and words."""


class Person:
    """Does deeds in a process of its own, one at a time; it starts at once and is waited for when needed.

    `module` knows the deeds.
    """

    def __init__(self, *, env: dict[str, str], log: Path, module: str = "tests.faults.hand") -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=ROOT,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        self._turn = threading.Lock()
        self._is_ready = False

    def do(self, deed: str, **wish: Any) -> Any:
        """What the deed of tests.faults.hand brought. Raises DeedFailed."""
        assert self._process.stdin
        with self._turn:
            if not self._is_ready:
                self._told()
                self._is_ready = True
            self._process.stdin.write(json.dumps({"do": deed, **wish}) + "\n")
            self._process.stdin.flush()
            return self._told()

    def close(self) -> None:
        """It ends with its input; harmless when repeated."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream and not stream.closed:
                stream.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _told(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise DeedFailed("the hand is gone; see its log")
        told = json.loads(line)
        if "error" in told:
            raise DeedFailed(told["error"])
        return told["done"]
