"""`make upstream SUITE=folder`: the COS SDK's own tests against a sandbox that is started for them."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.sandbox_process import SandboxProcess
from tests.upstream.suite import environment, run

STATES = ("passed", "failed", "out_of_scope")


def main(words: list[str]) -> int:
    """0 when nothing failed and something passed; 2 without the suite."""
    parser = argparse.ArgumentParser(prog="python -m tests.upstream")
    parser.add_argument("folder", type=Path, help="a checkout of cos-python-sdk-v5, or its ut/")
    parser.add_argument("--only", default="", help="tests with this in their name")
    asked = parser.parse_args(words)
    file = next(
        (found for found in (asked.folder / "ut" / "test.py", asked.folder / "test.py") if found.is_file()),
        None,
    )
    if file is None:
        print(f"there is no ut/test.py in {asked.folder}: see docs/sandbox.md", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        sandbox = SandboxProcess(Path(folder) / "data").start()
        try:
            return _judge(sandbox, file.resolve(), Path(folder) / "home", only=asked.only)
        finally:
            sandbox.stop()


def _judge(sandbox: SandboxProcess, file: Path, home: Path, *, only: str) -> int:
    home.mkdir()
    os.chdir(home)
    os.environ["HOME"] = str(home)
    os.environ.update(
        environment(
            store=sandbox.store,
            secret_id=sandbox.secret_id,
            secret_key=sandbox.secret_key,
            bucket=sandbox.bucket,
            region=sandbox.region,
        )
    )
    counts = Counter[str]()
    for verdict in run(file, only=only):
        counts[verdict.state] += 1
        why = f": {verdict.reason}" if verdict.reason else ""
        print(f"{verdict.state} {verdict.name} ({verdict.seconds:.1f} s){why}", flush=True)
    print(" ".join(f"upstream_{state}={counts[state]}" for state in STATES))
    return 0 if counts["passed"] and not counts["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
