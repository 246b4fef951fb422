"""Defects are planted where they fit, one at a time, and tests find a few of them."""

from __future__ import annotations

import ast

import pytest

from tests.demo_process import ROOT
from tests.mutants.__main__ import GROUPS, SEED, Score, chosen
from tests.mutants.mutating import mutants
from tests.mutants.trying import Copy

SOURCE = '''
"""A module."""
LIMIT = 3

def judge(age: int, known: list[str], name: str = "x") -> bool:
    """Its words are for people."""
    if not known or age > LIMIT:
        raise ValueError("too old")
    note(name, loud=True)
    return age + 1 == LIMIT
'''


def test_every_defect_is_another_program_and_one_change_away() -> None:
    found = mutants(SOURCE)
    assert [(each.line, each.what) for each in found] == [
        (3, "4 for 3"),
        (5, "other text for 'x'"),
        (7, "condition inverted"),
        (7, "operator And for Or"),
        (7, "no not"),
        (7, "comparison GtE for Gt"),
        (8, "raise left out"),
        (9, "call left out"),
        (9, "without loud"),
        (9, "False"),
        (10, "returns None"),
        (10, "comparison NotEq for Eq"),
        (10, "operator Sub for Add"),
        (10, "2 for 1"),
    ]
    whole = ast.unparse(ast.parse(SOURCE)).splitlines()
    for each in found:
        lines = each.source.splitlines()
        assert sum(a != b for a, b in zip(whole, lines, strict=True)) == 1, each.what
    assert len({each.source for each in found}) == len(found)


@pytest.mark.parametrize("group", GROUPS)
def test_every_module_has_defects_that_compile_and_a_seed_draws_the_same_ones(group: str) -> None:
    for module in GROUPS[group].modules:
        drawn = chosen(module, 5, SEED)
        assert drawn == chosen(module, 5, SEED)
        assert len(drawn) == 5
        for each in drawn:
            compile(each.source, module, "exec")
    assert all((ROOT / test).exists() for test in GROUPS[group].tests)


def test_a_few_defects_of_the_encryption_are_found() -> None:
    module, tests = "accounts/encryption.py", ["tests/accounts/test_encryption.py"]
    source = (ROOT / module).read_bytes()
    with Copy() as copy:
        seconds = copy.measure(tests)
        every = {each.what: each for each in mutants(source.decode())}
        for what in ("13 for 12", "comparison IsNot for Is"):
            assert copy.finds(module, every[what], tests, seconds)
        assert (copy.folder / module).read_bytes() == source
    assert not copy.folder.exists()
    assert (ROOT / module).read_bytes() == source


def test_a_score_is_the_share_of_what_was_found() -> None:
    score = Score(killed=8, survived=["a", "b"])
    assert str(score) == "mutants=10 killed=8 survived=2 score=80.0"
    assert Score().percent == 100
