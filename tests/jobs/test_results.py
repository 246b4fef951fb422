"""Results survive the database, also those of a later version."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.results import Fact, Marker, OutputFile, Region, Result, kind_of
from jobs.storable import storable, storable_object

FULL = Result(
    facts=(Fact(key="tempo", label="Tempo (BPM)", value=120.5),),
    markers=(Marker(time=0.5, label="kick", strength=0.5, downbeat=True), Marker(time=1.0)),
    regions=(Region(start=0.0, end=1.5, label="verse", score=0.9),),
    files=(OutputFile(name="mergeFileName", path="output/a.mp3", kind="audio"),),
    values={"bpm": 120.5},
    note="no_times",
)


def test_a_result_comes_back_from_json_as_it_was() -> None:
    stored = json.loads(json.dumps(FULL.to_json()))
    assert stored["version"] == 1
    assert Result.from_json(stored) == FULL


def test_members_of_a_later_version_are_passed_over() -> None:
    stored = FULL.to_json()
    stored["markers"][0]["colour"] = "red"
    stored["chords"] = []
    assert Result.from_json(stored) == FULL
    assert Result.from_json({"version": 9}) == Result()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.mp3", "audio"),
        ("a.WAV", "audio"),
        ("a.json", "data"),
        ("a", "other"),
        ("a.exe", "other"),
        ("", "other"),
    ],
)
def test_files_are_told_apart_by_their_ending(name: str, kind: str) -> None:
    assert kind_of(name) == kind


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)


@given(value=JSON)
def test_whatever_comes_can_be_stored_in_any_database(value: Any) -> None:
    kept = storable({"value": value, "nul\x00": "a\x00b\ud800"})
    text = json.dumps(kept, allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in text
    text.encode("utf-8")
    assert kept["nul"] == "ab"


def test_what_cannot_be_a_number_is_none() -> None:
    assert storable([math.nan, math.inf, 1.5, True, 10**400]) == [None, None, 1.5, True, "1" + "0" * 39]


def test_nesting_without_a_bottom_is_cut() -> None:
    value: Any = "deep"
    for _ in range(500):
        value = [value]
    json.dumps(storable(value))


def test_an_object_that_is_too_large_keeps_its_name() -> None:
    kept = storable_object({"id": "a", "state": 3, "noise": "x" * 2000}, limit=1000)
    assert kept == {"id": "a", "state": 3, "too_large": 2031}
