"""Beats are found wherever TMP may put them, and nothing that it says is dropped or does harm."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs.capabilities import capability
from tests.jobs.beat_reading import read, times

TIMES = [0.48, 0.97, 1.51, 1.99, 2.52, 3.01, 3.49, 4.02]
MS = [480, 970, 1510, 1990, 2520, 3010, 3490, 4020]


def objects(**names: list[Any]) -> list[dict[str, Any]]:
    """Equal-length lists as a list of objects."""
    return [dict(zip(names, row, strict=True)) for row in zip(*names.values(), strict=True)]


INLINE = {
    "list of seconds": {"beats": TIMES},
    "bare list": TIMES,
    "list of texts": {"beats": [str(time) for time in TIMES]},
    "list of milliseconds": {"beats": MS},
    "named milliseconds": {"beatTimesMs": MS},
    "objects with time": {"beats": objects(time=TIMES)},
    "objects with start and end": {"beats": objects(end=[t + 0.1 for t in TIMES], start=TIMES)},
    "objects with offset": {"result": {"list": objects(offset=MS, level=[9, 1, 5, 1, 9, 1, 5, 1])}},
    "objects with timestamp text": {"drums": objects(timestamp=[f"{time}s" for time in TIMES])},
    "objects with index": {"items": objects(index=list(range(1, 9)), position=TIMES)},
    "numbered objects": {"beats": {str(at): {"begin": time} for at, time in enumerate(TIMES)}},
    "clock texts": {"beats": [f"00:0{int(time)}.{round(time % 1 * 100):02d}" for time in TIMES]},
    "pairs": {"beats": [[time, 0.5] for time in TIMES]},
    "pairs with index first": {"beats": [[at, time] for at, time in enumerate(TIMES)]},
    "text with commas": {"beats": ",".join(map(str, TIMES))},
    "JSON in a text": {"data": json.dumps({"beats": TIMES})},
    "deep": {"a": [{"b": {"c": {"beatTime": TIMES}}}]},
    "groups": {"groups": [{"beats": TIMES[:4]}, {"beats": TIMES[4:]}]},
    "groups as arrays": {"beats": [TIMES[:5], TIMES[5:]]},
    "bars beside the beats of one": {
        "beatGroups": [TIMES[:3], TIMES[3:7], TIMES[7:]],
        "splits": [{"beats": objects(time=TIMES[:3])}],
    },
    "bars as arrays": {"beatGroups": [TIMES[:3], TIMES[3:7], TIMES[7:]]},
    "spans as arrays": {"beats": [[time, time + 0.4] for time in TIMES]},
    "beats of a bar": {"beats": [[time, at % 4 + 1] for at, time in enumerate(TIMES)]},
    "beside other numbers": {
        "levels": [1, 2, 3, 4, 5, 6, 7, 8, 9],
        "beats": TIMES,
        "intervals": [0.5, 0.51, 0.52, 0.53, 0.54, 0.55, 0.56],
        "bpm": 120,
    },
    "with NaN between": {"beats": [*TIMES[:4], float("nan"), *TIMES[4:]]},
    "with something absurd at the end": {"beats": [*TIMES, 1e30]},
}


@pytest.mark.parametrize("form", INLINE)
def test_beats_in_the_answer_are_found(form: str) -> None:
    result = read(INLINE[form])
    assert times(result) == pytest.approx(TIMES)
    assert result.note == ""


def test_beats_are_told_from_the_many_hits_and_the_tempo_curve_beside_them() -> None:
    onsets = [round(0.1 * at, 1) for at in range(60)]
    told = {
        "bpm": 120,
        "duration": 6.6,
        "beats": objects(time=TIMES, strength=[0.5] * 8, downbeat=[True] + 7 * [False]),
        "tempo": objects(time=TIMES, bpm=[120] * 8),
        "onsets": onsets,
    }
    result = read({"beatFileName": "x_beat.json"}, {"x_beat.json": json.dumps(told).encode()})
    assert times(result) == pytest.approx(TIMES)
    assert [marker.strength for marker in result.markers] == [0.5] * 8
    assert (result.markers[0].downbeat, result.tempo) == (True, 120)
    assert {fact.key: fact.value for fact in result.facts}["hits"] == len(onsets)
    alone = read({"onsets": onsets})
    assert times(alone) == pytest.approx(onsets)
    assert "hits" not in {fact.key for fact in alone.facts}


FILES = {
    "json": json.dumps({"beats": [{"time": time} for time in TIMES], "bpm": 119.5}).encode(),
    "json with a mark": b"\xef\xbb\xbf" + json.dumps(TIMES).encode(),
    "json lines": b"\n".join(json.dumps({"t": time}).encode() for time in TIMES),
    "one per line": "\n".join(map(str, TIMES)).encode(),
    "windows lines": "\r\n".join(map(str, TIMES)).encode(),
    "utf-16": "\n".join(map(str, TIMES)).encode("utf-16"),
    "csv with header": (
        "index,time,strength\n" + "\n".join(f"{i},{t},1" for i, t in enumerate(TIMES))
    ).encode(),
    "csv without header": "\n".join(f"{i},{t}" for i, t in enumerate(TIMES, start=1)).encode(),
    "semicolons": "\n".join(f"{t};beat" for t in TIMES).encode(),
    "label track": "\n".join(f"{t}\t{t}\tkick" for t in TIMES).encode(),
    "white space": "\n".join(f"{t} {at % 4 + 1}" for at, t in enumerate(TIMES)).encode(),
    "milliseconds": "\n".join(map(str, MS)).encode(),
}


@pytest.mark.parametrize("form", FILES)
def test_beats_in_a_file_that_the_answer_names_are_found(form: str) -> None:
    result = read({"beatFileName": "song_beat", "mergeFileName": "song.mp3"}, {"song_beat": FILES[form]})
    assert times(result) == pytest.approx(TIMES)
    assert [(file.name, file.path, file.kind) for file in result.files] == [
        ("beatFileName", "song_beat", "other"),
        ("mergeFileName", "song.mp3", "audio"),
    ]


@pytest.mark.parametrize("unit", [1, 1000])
def test_seconds_and_milliseconds_are_told_apart_without_the_song_s_length(unit: int) -> None:
    beats = [round(time * unit, 3) for time in TIMES]
    assert times(read({"beats": beats}, seconds=None)) == pytest.approx(TIMES)


def test_strength_label_and_downbeat_are_read() -> None:
    rows = objects(
        time=TIMES,
        strength=[80, 20, 40, 20, 80, 20, 40, 20],
        type=["kick", "hat"] * 4,
        isDownbeat=[True, False, False, False] * 2,
    )
    first, second, *_ = read({"beats": rows}).markers
    assert (first.label, first.strength, first.downbeat) == ("kick", 1.0, True)
    assert (second.label, second.strength, second.downbeat) == ("hat", 0.25, False)


@pytest.mark.parametrize(
    "found",
    [
        {"beats": TIMES, "downbeats": [TIMES[0], TIMES[4]]},
        {"beats": MS, "downBeats": [MS[0], MS[4]]},
        {"beats": objects(time=TIMES, beat=[1, 2, 3, 4] * 2)},
        {"beats": TIMES, "downbeat": [1, 0, 0, 0] * 2},
        {"beats": objects(time=TIMES, label=["downbeat", "beat", "beat", "beat"] * 2)},
    ],
)
def test_the_first_beat_of_a_bar_is_known_in_any_form(found: Any) -> None:
    assert [marker.downbeat for marker in read(found).markers] == [True, False, False, False] * 2


@pytest.mark.parametrize(
    "found", [{"bpm": 128.0, "beats": TIMES}, {"info": {"Tempo": "128"}, "beats": TIMES}]
)
def test_the_tempo_is_tmp_s_own(found: Any) -> None:
    assert {fact.key: fact.value for fact in read(found).facts}["tempo"] == 128.0


@pytest.mark.parametrize(
    "found", [{"beats": TIMES}, {"bpm": 0, "beats": TIMES}, {"bpm": 9999, "beats": TIMES}]
)
def test_the_tempo_is_counted_when_tmp_tells_none_that_can_be(found: Any) -> None:
    assert {fact.key: fact.value for fact in read(found).facts}["tempo"] == pytest.approx(119, abs=4)


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"mergeFileName": "a.mp3"},
        {"bpm": 120},
        {"levels": [0.1, 0.2, 0.3, 0.4]},
        {"strengths": [0.1, 0.2, 0.3, 0.4]},
        {"beats": []},
        {"beats": ["a", "b"]},
        {"beats": [True, False, True]},
        {"beats": [3.0, 1.0, 2.0, 0.5, 4.0, 0.1]},
        {"beatCount": 8},
        {"ids": [1, 2, 3, 4, 5, 6]},
    ],
)
def test_numbers_that_are_no_times_are_not_shown_as_beats(found: Any) -> None:
    result = read(found)
    assert (result.markers, result.note) == ((), "no_times")


def test_nothing_that_tmp_says_is_dropped() -> None:
    found = {
        "mergeFileName": "merged.mp3",
        "drumFileName": "drums.wav",
        "splitFileNames": ["a.json", "b.json"],
        "parts": [{"songName": "part1.mp3", "rank": 1}],
        "remark": "well done",
        "emptyName": "",
        "beats": TIMES,
    }
    result = read(found)
    assert [file.path for file in result.files] == [
        "merged.mp3", "drums.wav", "a.json", "b.json", "part1.mp3",
    ]  # fmt: skip
    assert result.values == {
        "parts": [{"rank": 1}], "remark": "well done", "emptyName": "", "beats": TIMES,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("error", "note"), [(FileNotFoundError("x"), "file_missing"), (ValueError("x"), "file_unreadable")]
)
def test_a_file_that_cannot_be_read_is_said(error: Exception, note: str) -> None:
    def open_file(name: str) -> bytes:
        raise error

    result = capability("musicBeat").read({"beatFileName": "b.json"}, open_file, seconds=None)
    assert result.note == note
    assert len(result.files) == 1


def test_audio_is_not_downloaded_to_look_for_beats() -> None:
    def open_file(name: str) -> bytes:
        raise AssertionError(name)

    assert (
        capability("musicBeat").read({"mergeFileName": "a.mp3"}, open_file, seconds=None).note == "no_times"
    )


def test_no_answer_is_said() -> None:
    assert read(None).note == "no_answer"


def test_a_hundred_thousand_beats_are_bounded() -> None:
    result = read({"beats": [at * 0.1 for at in range(100_000)]}, seconds=None)
    assert 1000 < len(result.markers) <= 50_000
