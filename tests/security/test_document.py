"""docs/security.md cannot rot: what it names exists, and nothing that it should name is left out."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.demo_process import ROOT
from tests.security.naming import NAMED, ROW, functions_of, told_threats

TEXT = (ROOT / "docs/security.md").read_text(encoding="utf-8")
THREATS = [f"T{number}" for number in range(1, 40)]
ROWS = dict(ROW.findall(TEXT))
REQUIREMENTS = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
VERDICTS = ("met: ", "n/a: ", "not met")
# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; they are numbered from 1.
SECTIONS = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}


def test_every_threat_has_its_row_with_a_control_and_a_test():
    assert list(ROWS) == THREATS
    for threat, row in ROWS.items():
        _what, control, tests = row.split(" | ")
        assert control, threat
        assert re.search(r"`tests/[\w/]+\.py", tests), threat


@pytest.mark.parametrize(("path", "test"), sorted(set(NAMED.findall(TEXT))))
def test_what_it_names_exists(path: str, test: str):
    assert (ROOT / path).exists(), path
    if test:
        assert test in functions_of(ROOT / path), f"{path}::{test}"


@pytest.mark.parametrize("threat", THREATS)
def test_each_test_that_says_what_it_is_about_is_named_there(threat: str):
    named = {path for path, _test in NAMED.findall(ROWS[threat])}
    unnamed = {path for told, path, _test in told_threats() if told == threat} - named
    assert unnamed == set(), "python -m tests.security.naming names them"


def test_tests_speak_of_threats_that_exist():
    assert {threat for threat, *_rest in told_threats()} <= set(THREATS)


def test_each_requirement_of_level_2_stands_there_once():
    expected = [
        f"{chapter}.{section}.{number}"
        for chapter, counts in SECTIONS.items()
        for section, count in enumerate(counts, start=1)
        for number in range(1, count + 1)
    ]
    assert len(expected) == 253
    assert [found for found, *_rest in REQUIREMENTS] == expected
    assert Counter(level for _id, level, *_rest in REQUIREMENTS) == {"1": 70, "2": 183}


def test_each_requirement_is_judged_and_each_judgement_has_its_ground():
    for number, _level, words, verdict in REQUIREMENTS:
        assert words.strip()
        assert verdict.startswith(VERDICTS), number
        assert len(verdict.partition(":")[2].split()) >= 1, number


def test_the_numbers_it_tells_are_those_of_its_table():
    verdicts = [verdict for *_rest, verdict in REQUIREMENTS]
    told = [sum(verdict.startswith(word) for verdict in verdicts) for word in VERDICTS]
    sentence = r"^Of 253 requirements (\d+) are met, (\d+) do not apply, (\d+) are not met"
    (said,) = re.findall(sentence, TEXT, re.MULTILINE)
    assert [int(number) for number in said] == told


def test_the_page_about_reporting_leads_here():
    assert "(docs/security.md)" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
