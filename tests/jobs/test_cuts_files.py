"""Cut lists in editors' files: another program finds every cut within half a frame of its beat."""

from __future__ import annotations

import json
from fractions import Fraction

import opentimelineio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.cuts.edl import edl
from jobs.cuts.otio import otio
from jobs.cuts.picture import MOST_WIDTH, WHOLE, picture_of
from jobs.cuts.planning import By, NoCutsError, Prefer, Wish
from jobs.cuts.shots import CutList, cut_list
from jobs.exports.base import Song
from jobs.exports.timing import RATES, FrameRate, Timing
from jobs.results import Marker, Result
from tests.jobs.export_reading import of_timecode

SONG = Song(name="夜曲 & friends.mp3", seconds=600.0)
TWO_SECONDS = Wish(by=By.SECONDS, sizes=(2.0,))

# Far enough apart for any frame rate, and late enough for any offset.
markers = st.lists(st.integers(210, 6000), min_size=31, max_size=60, unique=True).flatmap(
    lambda tenths: st.tuples(
        *(
            st.builds(
                Marker,
                time=st.floats(-0.02, 0.02).map(lambda off, at=at: at / 10 + off),
                downbeat=st.booleans(),
                strength=st.none() | st.floats(0, 1),
            )
            for at in sorted(tenths)
        )
    )
)
wishes = st.one_of(
    st.builds(
        Wish,
        by=st.just(By.COUNT),
        sizes=st.tuples(st.integers(1, 30).map(float)),
        prefer=st.sampled_from(Prefer),
    ),
    st.builds(
        Wish,
        by=st.sampled_from([By.BEATS, By.BARS, By.SECONDS]),
        sizes=st.lists(st.integers(1, 5).map(float), min_size=1, max_size=3).map(tuple),
        prefer=st.sampled_from(Prefer),
    ),
)


@st.composite
def timings(draw: st.DrawFn) -> Timing:
    rate: FrameRate = draw(st.sampled_from(list(RATES.values())))
    start = draw(st.sampled_from(["00:00:00:00", "01:00:00:00", "00:59:50:10", "20:10:00:00"]))
    return Timing(rate=rate, start=start, offset=draw(st.fractions(-20, 20, max_denominator=1000)))


@st.composite
def cut_lists(draw: st.DrawFn) -> CutList:
    result, timing = Result(markers=draw(markers)), draw(timings())
    try:
        return cut_list(result, draw(wishes), song=SONG, timing=timing)
    except NoCutsError:
        # Too few of them were downbeats.
        return cut_list(result, TWO_SECONDS, song=SONG, timing=timing)


def steady(count: int) -> Result:
    return Result(markers=tuple(Marker(time=n / 2, downbeat=n % 4 == 0) for n in range(count)))


def told(content: bytes, timing: Timing) -> list[tuple[str, float, float]]:
    """Name, beginning and end in seconds of the timeline, of what a program finds in an EDL."""
    rate = float(timing.rate.exact)
    timeline = opentimelineio.adapters.read_from_string(content.decode(), "cmx_3600", rate=rate)
    (track,) = timeline.video_tracks()
    # It begins a track with the first event, wherever that is.
    origin = of_timecode(record_times(content)[0][0], timing)
    found = []
    for clip in track.find_clips():
        place = clip.range_in_parent()
        begin = Fraction(round(place.start_time.value)) / timing.rate.exact
        count = Fraction(round(place.duration.value)) / timing.rate.exact
        found.append((clip.name, origin + float(begin), origin + float(begin + count)))
    return found


def record_times(content: bytes) -> list[tuple[str, str]]:
    lines = [line.split() for line in content.decode().splitlines() if " V     C " in line]
    return [(line[-2], line[-1]) for line in lines]


def beats_moved(cuts: CutList) -> list[float]:
    return [marker.time for marker in cuts.result.markers]


def assert_on_beats(places: list[float], cuts: CutList) -> None:
    half = float(Fraction(1, 2) / cuts.timing.rate.exact) + 1e-6
    assert all(any(abs(place - beat) <= half for beat in beats_moved(cuts)) for place in places)


@settings(max_examples=60, deadline=None)
@given(cuts=cut_lists())
def test_another_program_finds_every_cut_of_an_edl_on_its_beat(cuts: CutList) -> None:
    found = told(edl(cuts), cuts.timing)
    assert [name for name, _begin, _end in found] == [shot.name for shot in cuts.shots]
    assert [end for _name, _begin, end in found[:-1]] == pytest.approx([begin for _n, begin, _e in found[1:]])
    assert_on_beats([found[0][1], *(end for _name, _begin, end in found)], cuts)


@settings(max_examples=60, deadline=None)
@given(cuts=cut_lists())
def test_the_timecodes_of_an_edl_count_as_smpte_says(cuts: CutList) -> None:
    for shot, (begin, end) in zip(cuts.shots, record_times(edl(cuts)), strict=True):
        frames = [of_timecode(code, cuts.timing) * float(cuts.timing.rate.exact) for code in (begin, end)]
        assert frames == pytest.approx([shot.first, shot.first + shot.count], abs=0.001)


@settings(max_examples=60, deadline=None)
@given(cuts=cut_lists())
def test_every_cut_of_an_otio_file_is_on_its_beat(cuts: CutList) -> None:
    content = json.loads(otio(cuts))
    picture, sound = content["tracks"]["children"]
    assert (picture["kind"], sound["kind"]) == ("Video", "Audio")
    place, places, names = 0, [], []
    for child in picture["children"]:
        length = child["source_range"]["duration"]
        assert length["rate"] == float(cuts.timing.rate.exact)
        if child["OTIO_SCHEMA"].startswith("Clip"):
            places.append(place)
            names.append(child["name"])
        place += round(length["value"])
    assert names == [shot.name for shot in cuts.shots]
    assert_on_beats([float(each / cuts.timing.rate.exact) for each in (*places, place)], cuts)


def test_an_edl_has_an_event_and_a_name_for_each_shot() -> None:
    cuts = cut_list(steady(9), TWO_SECONDS, song=SONG, timing=Timing(start="01:00:00:00"))
    assert edl(cuts).decode() == (
        "TITLE: 夜曲 & friends.mp3\nFCM: NON-DROP FRAME\n\n"
        "001  AX       V     C        00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00\n"
        "* FROM CLIP NAME: Shot 001\n\n"
        "002  AX       V     C        00:00:00:00 00:00:02:00 01:00:02:00 01:00:04:00\n"
        "* FROM CLIP NAME: Shot 002\n"
    )


def test_placeholders_lie_over_the_song_and_its_beats() -> None:
    timing = Timing(start="01:00:00:00", offset=Fraction(1))
    cuts = cut_list(steady(9), TWO_SECONDS, song=SONG, timing=timing)
    timeline = opentimelineio.adapters.read_from_string(otio(cuts).decode(), "otio_json")
    assert timeline.global_start_time.to_timecode() == "01:00:00:00"
    clips = list(timeline.video_tracks()[0].find_clips())
    assert all(clip.media_reference.is_missing_reference for clip in clips)
    assert [clip.name for clip in timeline.audio_tracks()[0].find_clips()] == ["夜曲 & friends.mp3"]
    assert len(timeline.tracks.markers) == 9


def test_only_the_stretch_that_was_asked_for_is_cut() -> None:
    timing = Timing(offset=Fraction(10))
    cuts = cut_list(
        steady(41), TWO_SECONDS, song=SONG, timing=timing, begin=Fraction(2), end=Fraction("10.3")
    )
    assert (cuts.first, cuts.end) == (25 * 12, 25 * 20)


def test_beats_of_one_frame_are_one_place_to_cut() -> None:
    beats = Result(
        markers=(Marker(time=0), Marker(time=1.0), Marker(time=1.001, downbeat=True), Marker(time=2.0))
    )
    cuts = cut_list(beats, Wish(by=By.BEATS, sizes=(1.0,)), song=SONG, timing=Timing())
    assert [(shot.first, shot.on_downbeat) for shot in cuts.shots] == [(0, False), (25, True)]


@settings(max_examples=60, deadline=None)
@given(cuts=cut_lists())
def test_the_picture_shows_each_shot_to_scale(cuts: CutList) -> None:
    picture = picture_of(cuts)
    assert 0 < picture.width <= MOST_WIDTH
    assert len(picture.blocks) == len(cuts.shots)
    for before, after in zip(picture.blocks, picture.blocks[1:], strict=False):
        assert before.x + before.width == pytest.approx(after.x)
        assert before.width / after.width == pytest.approx(before.shot.count / after.shot.count)
    assert picture.blocks[-1].x + picture.blocks[-1].width <= picture.width + 0.001
    assert picture.blocks[-1].whole_x + picture.blocks[-1].whole_width <= WHOLE + 0.001
    assert [tick.x for tick in picture.ticks] == sorted(tick.x for tick in picture.ticks)
