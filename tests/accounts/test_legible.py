"""Whatever a gateway said is laid out so that a page can hold it."""

from __future__ import annotations

import json

import pytest

from accounts.legible import laid_out, laid_out_text

SAID = [
    '{"message": "\\ud800 half \\udfff"}',
    '{"\\udabc": ["\\ud83c\\udfb5", "\\u0000", "\\u202e"]}',
    "no JSON at all",
    "[" * 200_000,
    '{"id": ' + "7" * 5_000 + "}",
    "",
]


@pytest.mark.parametrize("said", SAID)
def test_every_answer_can_be_shown(said: str) -> None:
    assert laid_out_text(said).encode() or not said


def test_halves_of_characters_stay_as_they_were_spelled_and_whole_ones_are_shown() -> None:
    told = laid_out_text(SAID[1])
    assert "\\udabc" in told
    assert "\U0001f3b5" in told
    assert json.loads(told) == json.loads(SAID[1])
    assert laid_out({"a": "夜曲"}) == '{\n  "a": "夜曲"\n}'
