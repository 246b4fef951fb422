"""Where a person points, there the times are read: any member, any unit, whatever else the answer holds."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.capabilities.reading.pointing import (
    EACH,
    LONGEST_PATH,
    UNITS,
    Listed,
    Spot,
    column_at,
    columns_of,
    members_of,
    with_spot,
)
from jobs.results import Fact, Marker, Result
from tests.jobs.beat_reading import nothing

TIMES = [0.5, 1.02, 1.5, 2.0, 2.52, 3.0]
SECONDS = 4.0


def read(found: Any, *path: str, source: str = "", per_second: float = 1.0, files: Any = None) -> Result:
    """What a person gets who points there in an answer in which nothing was recognised."""
    spot = Spot(source=source, path=path, per_second=per_second)
    return with_spot(Result(note="no_times"), found, opener(files or {}), spot, seconds=SECONDS)


def opener(files: dict[str, bytes]) -> Any:
    return lambda name: files[name] if name in files else nothing(name)


def listed(found: Any, files: Any = None) -> dict[tuple[str, tuple[str, ...]], Listed]:
    return {(each.source, each.path): each for each in members_of(found, opener(files or {}))}


def times(result: Result) -> list[float]:
    return [marker.time for marker in result.markers]


FORMS = {
    "a list": ({"data": {"q": TIMES}}, [".data", ".q", EACH]),
    "objects": ({"q": [{"zz": time} for time in TIMES]}, [".q", EACH, ".zz"]),
    "rows": ({"q": [[at, time] for at, time in enumerate(TIMES)]}, [".q", EACH, "#1"]),
    "groups": ({"q": [TIMES[:3], TIMES[3:]]}, [".q", EACH, EACH]),
    "numbered objects": (
        {"q": {str(at): {"zz": time} for at, time in enumerate(TIMES)}},
        [".q", EACH, ".zz"],
    ),
    "names": ({"q": {str(time): {"w": 1} for time in TIMES}}, [".q", "{}"]),
    "a text": ({"q": " ".join(map(str, TIMES))}, [".q", EACH]),
    "JSON in a text": ({"q": json.dumps({"zz": TIMES})}, [".q", ".zz", EACH]),
    "a bare list": (TIMES, [EACH]),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_member_that_is_listed_can_be_pointed_at(form: str) -> None:
    found, path = FORMS[form]
    assert ("", tuple(path)) in listed(found)
    result = read(found, *path)
    assert times(result) == pytest.approx(TIMES)
    assert (result.note, result.is_pointed) == ("", True)


@pytest.mark.parametrize(
    ("unit", "rate"), [("s", None), ("ms", None), ("us", None), ("samples", 44100), ("frames", 25)]
)
def test_numbers_count_what_the_person_says(unit: str, rate: float | None) -> None:
    per_second = UNITS[unit] or rate or 0
    found = {"q": [time * per_second for time in TIMES]}
    assert times(read(found, ".q", EACH, per_second=per_second)) == pytest.approx(TIMES, abs=1e-5)


FILES = {
    "json": b'{"points": [{"at": 500}, {"at": 1020}, {"at": 1500}]}',
    "csv": b"name,at\nkick,500\nsnare,1020\nkick,1500\n",
    "lines": b"500\n1020\n1500\n",
}
PATHS = {"json": [".points", EACH, ".at"], "csv": [EACH, ".at"], "lines": [EACH]}


@pytest.mark.parametrize("form", FILES)
def test_the_file_is_found_by_the_member_that_names_it(form: str) -> None:
    found = {"pointFileName": "today.json"}
    files = {"today.json": FILES[form]}
    assert ("pointFileName", tuple(PATHS[form])) in listed(found, files)
    result = read(found, *PATHS[form], source="pointFileName", per_second=1000, files=files)
    assert times(result) == [0.5, 1.02, 1.5]


def test_what_stands_beside_a_time_comes_along() -> None:
    found = {"q": [{"zz": time, "strength": at / 10, "label": f"n{at}"} for at, time in enumerate(TIMES)]}
    markers = read(found, ".q", EACH, ".zz").markers
    assert [marker.label for marker in markers] == [f"n{at}" for at in range(6)]
    assert markers[5].strength == 0.5


def test_tempo_and_number_of_beats_are_those_of_the_place() -> None:
    first = Result(
        markers=(Marker(time=1.0),),
        facts=(Fact(key="tempo", label="", value=99.0), Fact(key="key", label="Key", value="A minor")),
    )
    spot = Spot(source="", path=(".q", EACH), per_second=1.0)
    facts = with_spot(first, {"q": TIMES}, nothing, spot, seconds=SECONDS).facts
    assert {fact.key: fact.value for fact in facts} == {"tempo": 120.0, "beats": 6, "key": "A minor"}


@pytest.mark.parametrize(
    ("found", "path"),
    [
        (None, ["*"]),
        ({"q": [1e30, 2e30]}, [".q", EACH]),
        ({"q": [-5, -6, -7]}, [".q", EACH]),
        ({"q": ["a", "b"]}, [".q", EACH]),
        ({"q": [True, False]}, [".q", EACH]),
        ({"q": [float("nan"), float("inf")]}, [".q", EACH]),
        ({"q": [0.5]}, [".q", EACH]),
        ({"q": TIMES}, [".r", EACH]),
        ({"q": TIMES}, [".q", "#999999999"]),
        ({"q": TIMES}, ["*"] * 1000),
        ({"q": TIMES}, ["", "", ""]),
    ],
)
def test_a_place_without_times_leaves_the_result_as_it_was(found: Any, path: list[str]) -> None:
    assert read(found, *path) == Result(note="no_times")


def test_what_does_not_fit_the_song_is_left_out_and_the_rest_is_sorted() -> None:
    found = {"q": [3.0, 2.0, "x", None, 1.0, 1.0001, -2.0, 500.0, 1e300, float("nan"), {"q": 1}]}
    assert times(read(found, ".q", EACH)) == [1.0, 2.0, 3.0]


def test_a_file_that_cannot_be_read_is_no_place() -> None:
    found = {"pointFileName": "gone.json", "q": TIMES}
    assert read(found, EACH, source="pointFileName").note == "no_times"
    assert [each.source for each in members_of(found, nothing)] == [""]


def test_a_member_may_be_called_anything() -> None:
    found = {"*": {"{}": {"#0": {"": {".": {"<b>": TIMES}}}}}}
    path = [".*", ".{}", ".#0", ".", "..", ".<b>", EACH]
    assert ("", tuple(path)) in listed(found)
    assert times(read(found, *path)) == TIMES


def test_a_member_says_how_many_numbers_it_has_and_how_far_they_reach() -> None:
    member = listed({"q": [3, 1, "2.5", "x", 9, 4]})["", (".q", EACH)]
    assert (member.count, member.first, member.least, member.greatest) == (5, (3.0, 1.0, 2.5, 9.0), 1.0, 9.0)


def test_a_huge_answer_is_listed_within_bounds() -> None:
    wide = {f"m{at}": [at, at + 1] for at in range(5000)}
    deep: Any = TIMES
    for _ in range(2 * LONGEST_PATH):
        deep = {"d": deep}
    found = {"wide": [{"x": {str(at): {"y": at} for at in range(5000)}}] * 50, "deep": deep}
    assert 1 <= len(members_of({**found, "some": wide}, nothing)) <= 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=6), inner, max_size=6),
    max_leaves=40,
)


@settings(max_examples=200, deadline=None)
@given(found=JSON, per_second=st.sampled_from([1.0, 1e3, 44100.0, 29.97]))
def test_whatever_an_answer_holds_its_listed_members_give_times_of_the_song_or_nothing(
    found: Any, per_second: float
) -> None:
    for column in columns_of(found):
        again = column_at(found, column.path)
        assert again is not None
        assert again.values == column.values
        result = read(found, *column.path, per_second=per_second)
        assert all(0 <= time <= SECONDS * 1.05 + 1 and math.isfinite(time) for time in times(result))
        assert times(result) == sorted(times(result))
        json.dumps(result.to_json(), allow_nan=False)
