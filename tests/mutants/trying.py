"""Runs the tests of a module over one defect after another, in a copy of the tree and never in the tree."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.demo_process import ROOT
from tests.mutants.mutating import Mutant

# A test that hangs over a defect has found it.
PATIENCE = 3.0
LEAST_SECONDS = 10.0
# What the tests of these modules need of the tree.
_LEFT_OUT = ("node_modules", "docs/screenshots", "training", "var", ".venv")


class TestsFailed(Exception):
    """The tests do not even pass over the code as it is."""


class Copy:
    """A copy of the tree while the `with` block lasts."""

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="tmp-portal-mutants-"))
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            if not name.startswith(_LEFT_OUT) and (ROOT / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.folder / name)
        return self

    def __exit__(self, *args: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def measure(self, tests: Sequence[str]) -> float:
        """Seconds that the tests take over the code as it is; raises TestsFailed with what they said."""
        began = time.monotonic()
        code, said = self._run(tests, 600.0)
        if code != 0:
            raise TestsFailed(said)
        return time.monotonic() - began

    def finds(self, module: str, mutant: Mutant, tests: Sequence[str], seconds: float) -> bool:
        """Whether the tests, which take so long as a rule, find the defect."""
        path = self.folder / module
        original = path.read_text()
        path.write_text(mutant.source)
        try:
            code, _said = self._run(tests, LEAST_SECONDS + PATIENCE * seconds)
        finally:
            path.write_text(original)
        return code != 0

    def _run(self, tests: Sequence[str], patience: float) -> tuple[int, str]:
        """Exit code of pytest and what it printed; 124 for one that took too long."""
        # Without migrations the tables are there sooner. Bytecode of one defect must not serve for the next.
        words = ["-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--nomigrations", *tests]
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen(
                [sys.executable, "-B", *words],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": ""},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code = process.wait(patience)
            except subprocess.TimeoutExpired:
                code = 124
            # Servers that its fixtures started must not outlive it.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            output.seek(0)
            return code, output.read()
