"""Whatever the beats and the frame rate: another program finds every beat within half a frame."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobs.exports import all_exports, export
from jobs.exports.base import Song
from jobs.exports.timing import RATES, FrameRate, Timing
from jobs.results import Marker, Result
from tests.jobs.export_reading import READERS, counted

SONG = Song(name="夜曲 & friends.mp3", seconds=7200.0)
HOURS_2 = 7200.0

rates = st.sampled_from(list(RATES.values()))
beats = st.lists(
    st.builds(
        Marker,
        time=st.floats(0, HOURS_2),
        label=st.sampled_from(["", "", "kick", "军鼓"]),
        strength=st.none() | st.floats(0, 1),
        downbeat=st.booleans(),
    ),
    max_size=25,
)
offsets = st.fractions(min_value=-20, max_value=20, max_denominator=1000)


@st.composite
def timings(draw: st.DrawFn) -> Timing:
    rate: FrameRate = draw(rates)
    hours, minutes, seconds = draw(st.integers(0, 20)), draw(st.integers(0, 59)), draw(st.integers(0, 59))
    frames = draw(st.integers(rate.skipped if seconds == 0 and minutes % 10 else 0, rate.nominal - 1))
    return Timing(rate=rate, start=f"{hours:02}:{minutes:02}:{seconds:02}:{frames:02}", offset=draw(offsets))


def test_every_format_has_a_reader() -> None:
    assert set(READERS) == set(all_exports())


@pytest.mark.parametrize("key", list(all_exports()))
@settings(max_examples=25, deadline=None)
@given(markers=beats, timing=timings())
def test_every_beat_is_read_back_within_half_a_frame(key: str, markers: list[Marker], timing: Timing) -> None:
    content = export(key).write(Result(markers=tuple(markers)), song=SONG, timing=timing)
    moved = sorted(Fraction(marker.time) + timing.offset for marker in markers)
    wanted = [float(time) for time in moved if time >= 0]
    found = READERS[key](content, timing)
    assert len(found) == len(wanted)
    half = float(Fraction(1, 2) / timing.rate.exact) + 1e-6
    assert [abs(told - time) <= half for told, time in zip(found, wanted, strict=True)] == [True] * len(
        wanted
    )


@settings(max_examples=200, deadline=None)
@given(timing=timings(), frame=st.integers(0, 3 * 3600 * 60))
# The last frames of a day at 29.97, which OpenTimelineIO takes for the next day's.
@example(timing=Timing(rate=RATES["29.97"], start="23:59:58:00"), frame=58)
def test_a_timecode_counts_as_smpte_says(timing: Timing, frame: int) -> None:
    day = 24 * 3600 * timing.rate.nominal - timing.rate.skipped * (24 * 60 - 24 * 6)
    assert counted(timing.timecode(frame), timing.rate) == (timing.first + frame) % day
