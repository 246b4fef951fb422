"""The document of the sandbox: its tables say what the code does, and its example is a test that passes."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from sandbox.gateway import faults
from sandbox.platform import outcomes
from sandbox.store import faults as store_faults

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/sandbox.md").read_text(encoding="utf-8")
STORE_MEMBERS = {"http": {"status"}, "slow": {"seconds"}, "reset": {"at"}, "close": {"at"}}

# What the example leaves to its reader: a client, here made of the tests' own.
CLIENT = """
import http.client
from tests.sandbox.client import Caller

class Client:
    def __init__(self, url, account):
        keys = {"apiGateSecretId": account.gate_id, "apiGateSecretKey": account.gate_key}
        keys |= {"tmpSecretId": account.tmp_id, "tmpSecretKey": account.tmp_key}
        self.caller = Caller(url, account.caller, {**keys, "tmpContentId": account.content_id})

    def create_job(self, song):
        try:
            return self.caller.create(self.caller.job(song))
        except http.client.RemoteDisconnected:
            return None
"""


def rows(texts: Mapping[str, str], members: Mapping[str, set[str]]) -> list[str]:
    """The lines of a table of kinds."""
    return [
        f"| `{name}` | {', '.join(f'`{each}`' for each in sorted(members.get(name, set())))} | {text} |"
        for name, text in texts.items()
    ]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        (
            "Faults of calls",
            rows(
                {name: kind.text for name, kind in faults.KINDS.items()},
                {name: set(kind.needs | kind.takes) for name, kind in faults.KINDS.items()},
            ),
        ),
        ("Outcomes of jobs", rows(outcomes.KINDS, dict.fromkeys(outcomes.TIMED, {"seconds"}))),
        ("Faults of the store", rows(store_faults.KINDS, STORE_MEMBERS)),
    ],
)
def test_a_table_of_kinds_is_the_code_s(heading: str, expected: list[str]) -> None:
    part = TEXT.partition(f"### {heading}\n")[2].partition("\n##")[0]
    assert re.findall(r"^\| `.*$", part, re.MULTILINE) == expected


def test_the_example_is_a_test_that_passes(tmp_path: Path) -> None:
    [example] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(example.splitlines()) <= 16
    (tmp_path / "my_client.py").write_text(CLIENT, encoding="utf-8")
    (tmp_path / "test_example.py").write_text(example, encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", str(tmp_path)]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, env=alone)
    assert run.returncode == 0, run.stdout
    assert "1 passed" in run.stdout


def test_every_word_of_the_command_is_told() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "sandbox", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    words = set(re.findall(r"^  (--[a-z0-9-]+)", run.stdout, re.MULTILINE)) - {"--verbose", "--version"}
    assert words - set(re.findall(r"--[a-z0-9-]+", TEXT)) == set()
