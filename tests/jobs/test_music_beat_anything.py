"""No answer of musicBeat and no file can do harm, and every regular song is read back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.capabilities import capability
from jobs.capabilities.reading.texts import number, parse
from jobs.results import Result
from tests.jobs.beat_reading import read, times

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["0.5", "1:02.5", "0.5,1,1.5", "[1,2", "a.json", '{"time":1}', "1e999"]),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(
            st.sampled_from(
                ["beats", "time", "strength", "downbeat", "bpm", "beatFileName", "x", "1", "2", ""]
            )
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=150, deadline=None)
@given(found=JSON, content=st.binary(max_size=200), seconds=st.none() | st.floats(0, 1e5))
def test_no_answer_and_no_file_can_do_harm(found: Any, content: bytes, seconds: float | None) -> None:
    result = capability("musicBeat").read(found, lambda name: content, seconds=seconds)
    moments = times(result)
    assert moments == sorted(moments)
    assert all(0 <= moment <= 24 * 3600 for moment in moments)
    assert all(marker.strength is None or 0 <= marker.strength <= 1 for marker in result.markers)
    assert Result.from_json(result.to_json()).markers == result.markers


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.floats(0.3, 1.2), min_size=6, max_size=40),
    name=st.sampled_from(["beats", "drum", "beat_times", "onsets", "timestamps"]),
    scale=st.sampled_from([1.0, 1000.0]),
    as_objects=st.booleans(),
)
def test_any_regular_song_is_read_back(steps: list[float], name: str, scale: float, as_objects: bool) -> None:
    beats = [round(sum(steps[: at + 1]), 3) for at in range(len(steps))]
    sent = [round(beat * scale, 3) for beat in beats]
    found = {name: [{"time": each, "level": 3} for each in sent] if as_objects else sent, "code": 0}
    assert times(read(found, seconds=beats[-1] + 2)) == pytest.approx(beats)


@settings(max_examples=150, deadline=None)
@given(
    content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_parse_to_something(content: bytes) -> None:
    parse(content)


@given(value=JSON)
@settings(max_examples=100, deadline=None)
def test_a_number_is_finite_or_none(value: Any) -> None:
    found = number(value)
    assert found is None or abs(found) < float("inf")
