"""T36: the audit sees what it says it sees. Its tools run in `make audit`; what needs none of them, here."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.audit import code, keys, packages
from tests.demo_process import ROOT

PAGE_RULES = yaml.safe_load((code.RULES / "pages.yaml").read_text())["rules"]
BY_LAYOUT = {".html": "templates", ".css": "static", ".js": "static"}


def lines_found(rule: dict, text: str) -> set[int]:
    return {text.count("\n", 0, found.start()) + 1 for found in re.finditer(rule["pattern-regex"], text)}


def endings_of(rule: dict) -> set[str]:
    return {pattern.removeprefix("**/*") for pattern in rule["paths"]["include"]}


def test_each_rule_has_an_example_of_what_it_must_find_and_of_what_it_must_not():
    told = list(code.planted())
    for is_bad in (True, False):
        missing = code.rule_ids() - {rule for *_place, rule, bad in told if bad is is_bad}
        # What is never right has no harmless form.
        assert missing <= (set() if is_bad else {"from-another-host", "csrf-exempt"}), is_bad
    assert len(code.rule_ids()) >= 20
    assert {path.suffix for path in code.PLANTED.iterdir()} <= set(code.READ)


@pytest.mark.parametrize("rule", PAGE_RULES, ids=lambda rule: rule["id"])
def test_a_rule_about_pages_finds_its_planted_examples_only(rule):
    told = [example for example in code.planted() if example[2] == rule["id"]]
    for name in {name for name, *_rest in told}:
        found = lines_found(rule, (code.PLANTED / name).read_text())
        assert {line for path, line, _rule, is_bad in told if is_bad and path == name} <= found
        assert not {line for path, line, _rule, is_bad in told if not is_bad and path == name} & found


@pytest.mark.parametrize("rule", PAGE_RULES, ids=lambda rule: rule["id"])
def test_no_page_or_script_has_what_the_rules_are_about(rule):
    files = [path for ending in endings_of(rule) for path in (ROOT / BY_LAYOUT[ending]).rglob(f"*{ending}")]
    assert len(files) > 10
    assert {str(path): found for path in files if (found := lines_found(rule, path.read_text()))} == {}


def test_every_exception_of_the_security_rules_gives_its_reason():
    """What ruff's S rules and our own let pass stands beside the code, in words."""
    silent = []
    for place in code.PLACES:
        for path in [ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"):
            for number, text in enumerate(path.read_text().splitlines(), start=1):
                if "# noqa: S" in text and not code.REASON_OF_RUFF.search(text):
                    silent.append(f"{path}:{number}")
                if "# nosemgrep" in text and not code.REASON_OF_SEMGREP.search(text):
                    silent.append(f"{path}:{number}")
    assert silent == []


@pytest.mark.parametrize(
    ("remark", "is_found"),
    [
        ("", True),
        ("  # noqa: S608", True),
        ("  # noqa: S608  (names of our own)", False),
        ("  # noqa: S608 - names of our own", False),
        ("  # noqa: S603  (another rule)", True),
    ],
)
def test_a_finding_is_passed_over_only_for_a_reason(tmp_path, remark, is_found):
    file = tmp_path / "rows.py"
    file.write_text(f"sql = (\n    f'select {{name}}'{remark}\n)\n")
    result = {
        "test_id": "B608",
        "filename": str(file),
        "line_range": [2],
        "line_number": 2,
        "issue_text": "built from parts",
    }
    assert bool(list(code.unexplained_by_ruff([result]))) is is_found


def test_a_key_of_tencent_cloud_in_a_file_is_found():
    planted = "AKID" + "a1B2" * 8
    found = [finding for finding, _digest in keys.in_text("notes.md", f"one\nid = {planted}\n")]
    assert [(one.path, one.line) for one in found] == [("notes.md", 2)]
    assert planted not in str(found)


def test_what_was_accepted_as_no_key_still_exists():
    assert [path for path in keys.accepted() if not (ROOT / path).exists()] == []


def test_packages_that_a_database_does_not_know_are_not_audited():
    good = {"name": "a", "version": "1", "vulns": []}
    bad = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
    unknown = {"name": "c", "version": "3", "skip_reason": "not found"}
    report = packages.judged({"dependencies": [good, bad, unknown]})
    assert (report.audited, len(report.known), bool(report.trouble)) == (2, 1, True)
    nothing = packages.judged({"dependencies": [unknown]})
    assert (nothing.audited, bool(nothing.trouble)) == (0, True)


def test_the_audit_knows_every_lock_that_we_install_from():
    locks = {str(path.relative_to(ROOT)) for path in ROOT.glob("requirements*.txt")}
    locks |= {str(path.relative_to(ROOT)) for path in ROOT.glob("setup/requirements*.txt")}
    assert set(packages.LOCKS) == locks
    assert all(packages.locked(lock) for lock in locks)
