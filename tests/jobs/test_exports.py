"""Exports say what the result says, in a form that other programs read and that harms nobody."""

from __future__ import annotations

import csv
import io

import pytest
from django.utils import translation

from jobs.exports import EXPORTS, all_exports, export
from jobs.results import Marker, Region, Result

RESULT = Result(
    markers=(
        Marker(time=0.5, strength=0.75, downbeat=True),
        Marker(time=1.0, label="kick"),
        Marker(time=61.123456789, label="snare\t1\n2"),
    ),
    regions=(Region(start=0.0, end=12.5, label="verse"),),
)
EVERY = pytest.mark.parametrize("key", list(all_exports()))


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_list_names_each_format_once() -> None:
    assert len(all_exports()) == len(EXPORTS)
    with pytest.raises(KeyError):
        export("wav")


@EVERY
def test_a_format_says_what_it_is_and_what_to_do_with_it(key: str) -> None:
    each = export(key)
    with translation.override("en"):
        assert str(each.title) and str(each.how_to).endswith(".")
    assert each.extension.isalnum()
    assert "/" in each.content_type


@EVERY
def test_an_empty_result_can_be_exported(key: str) -> None:
    assert isinstance(export(key).write(Result(), name="song"), bytes)


def test_the_table_has_one_row_for_each_beat() -> None:
    assert rows(export("csv").write(RESULT, name="song.wav")) == [
        ["index", "time_s", "label", "strength", "downbeat"],
        ["1", "0.500000", "", "0.7500", "1"],
        ["2", "1.000000", "kick", "", "0"],
        ["3", "61.123457", "snare\t1\n2", "", "0"],
    ]


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@cmd", "\t=1", "\r=1", '=HYPERLINK("http://x")'])
def test_no_cell_is_a_formula(label: str) -> None:
    result = Result(markers=(Marker(time=1.0, label=label),))
    assert rows(export("csv").write(result, name="song"))[1][2] == f"'{label}"


def test_audacity_gets_a_label_for_each_beat_and_each_region() -> None:
    lines = export("audacity").write(RESULT, name="song.wav").decode().splitlines()
    assert lines == [
        "0.500000\t0.500000\t1 *",
        "1.000000\t1.000000\tkick",
        "61.123457\t61.123457\tsnare 1 2",
        "0.000000\t12.500000\tverse",
    ]
