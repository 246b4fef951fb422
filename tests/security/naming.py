"""Which tests say what threat they are about; `python -m tests.security.naming` names them in the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.demo_process import ROOT

DOCUMENT = ROOT / "docs/security.md"
ROW = re.compile(r"^\| (T\d+) \| (.*) \|$", re.MULTILINE)
# A name with a slash is a file or folder of the repository; `::` leads to a test in it.
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)(?:::(\w+))?`")


@cache
def functions_of(path: Path) -> dict[str, str]:
    """Names and docstrings of the tests in a file; "" names the file's own docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {"": ast.get_docstring(tree) or ""}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            found[node.name] = ast.get_docstring(node) or ""
    return found


def told_threats() -> Iterator[tuple[str, str, str]]:
    """Threat, file and test ("" for all of the file) of every test that says what it is about."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = str(path.relative_to(ROOT))
        for test, docstring in functions_of(path).items():
            for threat in re.findall(r"\bT\d{1,2}\b", docstring):
                yield threat, name, test


def name_all() -> None:
    """Add to the row of each threat the files whose tests speak of it and are not named there yet."""
    told: dict[str, set[str]] = {}
    for threat, path, _test in told_threats():
        told.setdefault(threat, set()).add(path)

    def completed(row: re.Match[str]) -> str:
        missing = told.get(row[1], set()) - {path for path, _test in NAMED.findall(row[2])}
        return f"| {row[1]} | {' '.join([row[2], *(f'`{path}`' for path in sorted(missing))])} |"

    DOCUMENT.write_text(ROW.sub(completed, DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    name_all()
