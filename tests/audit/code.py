"""Findings of bandit and semgrep, less those that are explained beside the code."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.demo_process import ROOT

BIN = ROOT / "var/audit/venv/bin"
PLACES = ("accounts", "jobs", "library", "tencent", "tmpportal", "sandbox", "setup", "manage.py")
PAGES = ("templates", "static")
READ = (".py", ".html", ".js", ".css")
RULES = ROOT / "tests/audit/rules"
PLANTED = ROOT / "tests/audit/planted"
# bandit's B608 is ruff's S608: the code speaks ruff's word, and one is enough.
REASON_OF_RUFF = re.compile(r"# noqa: (S\d+) +[-(]?\s*\w+ \w+")
REASON_OF_SEMGREP = re.compile(r"# nosemgrep: ([\w-]+) +\(\w+ .+\)")
_PLANTED = re.compile(r"(ruleid|ok): ([\w-]+(?:, [\w-]+)*)")


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """What a tool found, in which file and line (from 1), by which rule."""

    path: str
    line: int
    rule: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


def bandit() -> list[Finding]:
    """Findings of medium severity and above that nobody explained."""
    words = [BIN / "bandit", "-q", "-r", *PLACES, "-ll", "-f", "json"]
    report = json.loads(_said(words, good=(0, 1)))
    if report["errors"]:
        raise RuntimeError(f"bandit could not read everything: {report['errors']}")
    return list(unexplained_by_ruff(report["results"]))


def unexplained_by_ruff(results: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    """Those of bandit's results that no `# noqa: S...` with a reason on their lines explains."""
    for one in results:
        rule = one["test_id"].replace("B", "S")
        lines = _lines(one["filename"])
        here = [lines[number - 1] for number in one["line_range"] if number <= len(lines)]
        if not any((found := REASON_OF_RUFF.search(text)) and found[1] == rule for text in here):
            path = str(one["filename"]).removeprefix("./")
            yield Finding(path=path, line=one["line_number"], rule=rule, text=one["issue_text"])


def semgrep() -> list[Finding]:
    """What our own rules find in the product and nobody explained, on the line or the one above."""
    product = [place for place in PLACES if place not in ("sandbox", "setup")]
    read = [ROOT / name for name in _tracked(*product, *PAGES) if name.endswith(READ)]
    found = _semgrep(ROOT, read, read)
    return [one for one in found if not _is_explained(one)]


def _tracked(*places: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z", *places], cwd=ROOT, capture_output=True, check=True)
    return [name.decode() for name in listed.stdout.split(b"\0") if name]


def _is_explained(finding: Finding) -> bool:
    lines = _lines(finding.path)
    near = lines[max(0, finding.line - 2) : finding.line]
    return any((found := REASON_OF_SEMGREP.search(text)) and found[1] == finding.rule for text in near)


def blind_rules() -> list[str]:
    """What is wrong with the rules themselves: a planted example missed, or harmless code found."""
    # semgrep passes over folders that are called tests, and some rules are for views only.
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "jobs/views")
        shutil.copytree(PLANTED, copy)
        results = _semgrep(copy, [Path(folder)], sorted(copy.iterdir()))
    found = {(one.path, one.line, one.rule) for one in results}
    told = list(planted())
    missed = {(path, line, rule) for path, line, rule, is_bad in told if is_bad} - found
    wrong = found & {(path, line, rule) for path, line, rule, is_bad in told if not is_bad}
    unproven = rule_ids() - {rule for *_place, rule, is_bad in told if is_bad}
    return [
        *(f"{path}:{line}: {rule} did not find it" for path, line, rule in sorted(missed)),
        *(f"{path}:{line}: {rule} found harmless code" for path, line, rule in sorted(wrong)),
        *(f"{rule} has no planted example" for rule in sorted(unproven)),
    ]


def planted() -> Iterator[tuple[str, int, str, bool]]:
    """Path, line, rule and whether it is bad, of every example in `planted`: the line after its remark."""
    for path in sorted(PLANTED.iterdir()):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if remark := _PLANTED.search(text):
                for rule in remark[2].split(", "):
                    yield path.name, number + 1, rule, remark[1] == "ruleid"


def rule_ids() -> set[str]:
    """The names of all our rules."""
    texts = [path.read_text(encoding="utf-8") for path in RULES.glob("*.yaml")]
    return {rule for text in texts for rule in re.findall(r"^  - id: ([\w-]+)$", text, re.MULTILINE)}


def _semgrep(folder: Path, places: Sequence[Path], files: Sequence[Path]) -> list[Finding]:
    words = [
        *(BIN / "semgrep", "scan", "--metrics=off", "--disable-version-check", "--disable-nosem"),
        *("--no-git-ignore", "--quiet", "--json", "--config", RULES, *places),
    ]
    report = json.loads(_said(words, good=(0,)))
    unread = {str(file) for file in files} - {str(ROOT / path) for path in report["paths"]["scanned"]}
    if report["errors"] or unread:
        raise RuntimeError(f"semgrep did not read everything: {report['errors']} {sorted(unread)}")
    return [
        Finding(
            path=str((ROOT / one["path"]).relative_to(folder)),
            line=one["start"]["line"],
            rule=one["check_id"].rpartition(".")[2],
            text=one["extra"]["message"],
        )
        for one in report["results"]
    ]


def _said(words: Sequence[str | Path], *, good: Sequence[int]) -> str:
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    if done.returncode not in good:
        raise RuntimeError(f"{Path(words[0]).name} ended with {done.returncode}:\n{done.stderr}{done.stdout}")
    return done.stdout


def _lines(path: str) -> list[str]:
    return (ROOT / path).read_text(encoding="utf-8").splitlines()
