"""Exports say what the result says, in a form that other programs read and that harms nobody."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import pytest
from django.utils import translation

from jobs.exports import EXPORTS, all_exports, by_group, export
from jobs.exports.base import Group, Song
from jobs.exports.placing import LONGEST_SECONDS
from jobs.exports.timing import Timing
from jobs.results import Marker, Region, Result
from tests.jobs.export_reading import READERS
from tests.jobs.export_writing import beats, written

EVERY = pytest.mark.parametrize("key", list(all_exports()))
# What breaks one format or another.
EVIL = (
    "a\tb\r\nc\x00\x1b\ud800\ufffe \u2028|M:x |D:9 --> {\\b1} <b>&amp;</script>]]>\"'; =1+1 "
    "鼓点 🥁 \u202e %s {song} 00:00:01,000"
)


def test_the_list_names_each_format_once() -> None:
    assert len(all_exports()) == len(EXPORTS)
    assert len({each.ending for each in all_exports().values()}) == len(EXPORTS)
    with pytest.raises(KeyError):
        export("wav")


@EVERY
def test_a_format_says_what_it_is_and_how_each_program_takes_it(key: str) -> None:
    each = export(key)
    assert each.applications
    with translation.override("en"):
        assert str(each.title)
        for application in each.applications:
            assert str(application.name) and str(application.how_to).endswith(".")
    assert each.extension.isalnum()
    assert each.file_name(Song(name="a/b.c.mp3")) == f"a_b.c.{each.ending}"
    assert "/" in each.content_type
    assert each.uses <= {"fps", "start"}


def test_programs_are_found_under_their_own_names() -> None:
    names = {str(program.name) for pairs in by_group().values() for program, _format in pairs}
    assert {"Adobe Premiere Pro", "DaVinci Resolve", "Final Cut Pro", "Ableton Live", "Audacity"} <= names
    keys = [program.key for pairs in by_group().values() for program, _format in pairs]
    assert len(set(keys)) == len(keys)
    assert list(by_group()) == list(Group)


@EVERY
def test_an_empty_result_can_be_exported_and_read(key: str) -> None:
    assert READERS[key](written(key, Result()), Timing(start=export(key).start)) == []


@EVERY
def test_choruses_reach_every_format_that_says_it_knows_regions(key: str) -> None:
    found = (Region(start=2.0, end=9.5, label="chorus"), Region(start=20.0, end=31.0, label="chorus"))
    without, with_them = written(key, beats(1.0, 3.0)), written(key, replace(beats(1.0, 3.0), regions=found))
    assert (with_them != without) is export(key).has_regions
    if export(key).has_regions:
        assert with_them.count(b"chorus") - without.count(b"chorus") >= len(found)


@EVERY
def test_the_same_result_makes_the_same_file(key: str) -> None:
    assert written(key) == written(key)


@EVERY
def test_no_label_and_no_name_breaks_a_file(key: str) -> None:
    times = (1.0, 2.0, 3.0)
    result = Result(
        markers=tuple(Marker(time=time, label=EVIL) for time in times),
        regions=(Region(start=1.0, end=2.5, label=EVIL),),
    )
    timing = Timing(start=export(key).start)
    found = READERS[key](written(key, result, name=f"{EVIL}.mp3"), timing)
    # Where regions stand among the beats, one more begins with the first.
    assert sorted({round(time, 3) for time in found}) == list(times)


@EVERY
def test_what_is_no_time_is_left_out(key: str) -> None:
    odd = (math.nan, math.inf, -math.inf, -1.0, LONGEST_SECONDS + 1.0, 1e300)
    result = Result(
        markers=(*(Marker(time=time, strength=time) for time in odd), Marker(time=1.0, strength=math.nan)),
        regions=tuple(Region(start=start, end=end) for start in odd for end in odd),
    )
    assert READERS[key](written(key, result), Timing(start=export(key).start)) == [1.0]


@EVERY
def test_beats_at_one_moment_are_as_many_as_they_were(key: str) -> None:
    found = READERS[key](written(key, beats(0.0, 0.0, 1.0, 1.0, 1.0005)), Timing(start=export(key).start))
    assert len(found) == 5


def test_libraries_come_only_when_an_export_is_written() -> None:
    script = (
        "import sys, django; django.setup(); "
        "from django.urls import get_resolver; get_resolver().url_patterns; "
        "from jobs.exports import all_exports; all_exports(); "
        "print(sorted({'opentimelineio', 'mido', 'pysubs2'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_an_offset_moves_everything_and_leaves_out_what_comes_before_the_beginning() -> None:
    result = Result(
        markers=(Marker(time=0.5), Marker(time=2.0)),
        regions=(Region(start=0.0, end=0.9), Region(start=0.5, end=3.0), Region(start=2.0, end=4.0)),
    )
    lines = written("audacity", result, offset=Fraction(-1)).decode().splitlines()
    assert lines == [
        "1.000000\t1.000000\t1",
        "0.000000\t2.000000\tRegion 1",
        "1.000000\t3.000000\tRegion 2",
    ]
