"""What a link may say about an export's times, and what is answered where it makes no sense."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from jobs.export_form import BatchExportForm, ExportForm
from jobs.exports.timing import RATES, Timing


def timing(**said: str) -> Timing:
    form = ExportForm(said)
    assert form.is_valid(), form.errors
    return form.timing("01:00:00:00")


def fault(field: str, **said: str) -> str:
    form = ExportForm(said)
    with translation.override("en"):
        assert set(form.errors) == {field}
        (words,) = form.errors[field]
        return words


def test_nothing_said_means_the_defaults() -> None:
    assert timing() == Timing(rate=RATES["25"], start="01:00:00:00", offset=Fraction(0))


@pytest.mark.parametrize(
    ("said", "key"),
    [
        *((key, key) for key in RATES),
        ("29.97 DF", "29.97df"),
        ("29.97ndf", "29.97"),
        ("23.98", "23.976"),
        ("24.0", "24"),
        ("30000/1001", "29.97"),
        ("60000/1001df", "59.94df"),
        ("２５", "25"),
        ("29,97", "29.97"),
        (" 50 fps ", "50"),
    ],
)
def test_a_frame_rate_is_known_by_the_names_that_editors_use(said: str, key: str) -> None:
    assert timing(fps=said).rate is RATES[key]


@pytest.mark.parametrize("said", ["0", "26", "25df", "nan", "inf", "-25", "1e1", "abc", "24df", "/", "."])
def test_no_other_frame_rate_is_taken(said: str) -> None:
    assert fault("fps", fps=said).startswith("Choose one of these: 23.976, 24, 25, 29.97, 29.97 DF,")


@pytest.mark.parametrize(
    ("said", "start"),
    [
        ("1:2:3:4", "01:02:03:04"),
        ("01:00:00", "01:00:00:00"),
        ("01:00:00;24", "01:00:00:24"),
        ("０１：００：００：００", "01:00:00:00"),
        ("23:59:59:24", "23:59:59:24"),
    ],
)
def test_a_start_is_a_timecode(said: str, start: str) -> None:
    assert timing(start=said).start == start


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("x", "Write the start timecode as hours:minutes:seconds:frames"),
        ("-01:00:00:00", "Write the start timecode"),
        ("24:00:00:00", "A start timecode lies before 24:00:00:00"),
        ("00:60:00:00", "A start timecode lies before"),
        ("00:00:00:25", "At 25 frames a second, frames count from 00 to 24."),
    ],
)
def test_a_start_that_is_no_timecode_is_told_apart(said: str, words: str) -> None:
    assert fault("start", start=said).startswith(words)


def test_drop_frame_has_no_first_frames_in_most_minutes() -> None:
    assert "begins with frame 02" in fault("start", fps="29.97df", start="00:01:00:01")
    assert "begins with frame 04" in fault("start", fps="59.94df", start="00:59:00;03")
    assert timing(fps="29.97df", start="00:10:00:00").first == 17982
    assert timing(fps="29.97", start="00:01:00:01").first == 1801


@pytest.mark.parametrize(
    ("said", "offset"),
    [
        ("0.5", Fraction(1, 2)),
        ("-1,25", Fraction(-5, 4)),
        ("+2", Fraction(2)),
        (".5", Fraction(1, 2)),
        ("−3", Fraction(-3)),
        ("86400", Fraction(86400)),
        ("-86400", Fraction(-86400)),
    ],
)
def test_an_offset_is_exact(said: str, offset: Fraction) -> None:
    assert timing(offset=said).offset == offset


@pytest.mark.parametrize("said", ["nan", "inf", "1e5", "1:00", "--1", ".", "0x10", "1 2", "9" * 19])
def test_an_offset_is_a_number_of_seconds(said: str) -> None:
    assert fault("offset", offset=said) == "Write the offset in seconds, for example 0.5 or -1.25."


def test_an_offset_is_at_most_a_day() -> None:
    assert "24 hours" in fault("offset", offset="86400.1")


@given(fps=st.text(max_size=25), start=st.text(max_size=25), offset=st.text(max_size=25))
def test_nothing_that_is_typed_breaks_the_form(fps: str, start: str, offset: str) -> None:
    form = ExportForm({"fps": fps, "start": start, "offset": offset})
    if form.is_valid():
        form.timing("00:00:00:00").timecode(0)
    else:
        assert set(form.errors) <= {"fps", "start", "offset"}


def test_a_batch_leaves_in_the_usual_formats_or_in_those_that_are_named() -> None:
    usual, named, wrong = (
        BatchExportForm(said) for said in ({}, {"format": ["jams", "resolve"]}, {"format": ["wav"]})
    )
    assert usual.is_valid() and usual.cleaned_data["format"] == ["csv", "json", "answer"]
    assert named.is_valid() and named.cleaned_data["format"] == ["resolve", "jams"]
    with translation.override("en"):
        assert wrong.errors["format"] == ["There is no format “wav”."]
