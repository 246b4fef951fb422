"""What each export format carries, and in which words its programs know it."""

from __future__ import annotations

import io
import json
import zipfile
from fractions import Fraction
from xml.etree import ElementTree

import opentimelineio
import pytest
import webvtt

from jobs.exports.timing import RATES
from jobs.results import Marker, Region, Result
from tests.jobs.export_writing import beats, rows, written
from tests.jobs.midi_reading import bars_of, clicks_of, names_of, tempos_of, tracks_of


def test_the_table_has_one_row_for_each_beat_and_region() -> None:
    assert rows(written("csv", rate=RATES["25"], start="01:00:00:00")) == [
        ["index", "kind", "time_s", "end_s", "timecode", "frame", "label", "strength", "score", "downbeat"],
        ["1", "beat", "0.500000", "", "01:00:00:12", "12", "", "0.7500", "", "1"],
        ["2", "beat", "1.000000", "", "01:00:01:00", "25", "kick", "", "", "0"],
        ["3", "beat", "61.123457", "", "01:01:01:03", "1528", "snare 1 2", "", "", "0"],
        ["1", "region", "0.000000", "12.500000", "01:00:00:00", "0", "verse", "", "", ""],
    ]


@pytest.mark.parametrize("key", ["csv", "reaper"])
@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@cmd", "\t=1", "\r=1", '=HYPERLINK("http://x")'])
def test_no_cell_is_a_formula(key: str, label: str) -> None:
    result = Result(
        markers=(Marker(time=1.0, label=label),), regions=(Region(start=1.0, end=2.0, label=label),)
    )
    cells = [cell for row in rows(written(key, result))[1:] for cell in row]
    assert f"'{label.strip()}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_audacity_gets_a_label_for_each_beat_and_each_region() -> None:
    assert written("audacity").decode().splitlines() == [
        "0.500000\t0.500000\t1 *",
        "1.000000\t1.000000\tkick",
        "61.123457\t61.123457\tsnare 1 2",
        "0.000000\t12.500000\tverse",
    ]


# As DaVinci Resolve writes its own markers (stack.md, section 2); two spaces end each event.
GOLDEN_EDL = """TITLE: song.wav
FCM: NON-DROP FRAME

001  001      V     C        01:00:00:00 01:00:12:12 01:00:00:00 01:00:12:12  
 |C:ResolveColorGreen |M:verse |D:312

002  001      V     C        01:00:00:12 01:00:00:13 01:00:00:12 01:00:00:13  
 |C:ResolveColorRed |M:Downbeat 1 |D:1

003  001      V     C        01:00:01:00 01:00:01:01 01:00:01:00 01:00:01:01  
 |C:ResolveColorBlue |M:kick |D:1

004  001      V     C        01:01:01:03 01:01:01:04 01:01:01:03 01:01:01:04  
 |C:ResolveColorBlue |M:snare 1 2 |D:1

"""  # noqa: W291


def test_resolve_gets_the_edl_that_it_writes_itself() -> None:
    assert written("resolve").decode() == GOLDEN_EDL


def test_a_cut_list_reader_finds_the_events_of_resolves_edl() -> None:
    content = written("resolve", beats(0.5, 1.0, 1.5), rate=RATES["24"])
    timeline = opentimelineio.adapters.read_from_string(content.decode(), "cmx_3600", rate=24)
    track = timeline.tracks[0]
    starts = [track.range_of_child(clip).start_time.to_seconds() for clip in timeline.find_clips()]
    assert [start - starts[0] for start in starts] == [0.0, 0.5, 1.0]
    sources = [clip.source_range.start_time.to_timecode() for clip in timeline.find_clips()]
    assert sources == ["01:00:00:12", "01:00:01:00", "01:00:01:12"]


def test_resolves_edl_says_when_it_counts_in_drop_frame() -> None:
    content = written("resolve", beats(60.06), rate=RATES["29.97df"], start="00:00:00:00").decode()
    assert "FCM: DROP FRAME" in content
    assert "00:01:00;02 00:01:00;03" in content


def test_avid_gets_six_columns() -> None:
    assert written("avid").decode().splitlines()[:2] == [
        "TMP Portal\t01:00:00:00\tV1\tgreen\tverse\t312",
        "TMP Portal\t01:00:00:12\tV1\tred\tDownbeat 1\t1",
    ]


def test_reaper_gets_markers_and_regions_on_its_own_clock() -> None:
    assert rows(written("reaper")) == [
        ["#", "Name", "Start", "End", "Length", "Color"],
        ["M1", "Downbeat 1", "0:00:00.500", "", "", "E8590C"],
        ["M2", "kick", "0:00:01.000", "", "", "4DA6D9"],
        ["M3", "snare 1 2", "0:01:01.123", "", "", "4DA6D9"],
        ["R1", "verse", "0:00:00.000", "0:00:12.500", "0:00:12.500", "4CAF50"],
    ]


@pytest.mark.parametrize("key", ["srt", "vtt"])
def test_captions_last_until_the_next_beat(key: str) -> None:
    result = Result(
        markers=(Marker(time=1.0), Marker(time=1.5, label="<i>a & b</i> {c}"), Marker(time=100.0))
    )
    cues = list(webvtt.from_buffer(io.BytesIO(written(key, result)), key))
    assert [(cue.start, cue.end) for cue in cues] == [
        ("00:00:01.000", "00:00:01.500"),
        ("00:00:01.500", "00:00:11.500"),
        ("00:01:40.000", "00:01:40.500"),
    ]
    shown = "&lt;i&gt;a &amp; b&lt;/i&gt; (c)" if key == "vtt" else "‹i›a & b‹/i› (c)"
    assert cues[1].raw_text == shown


def test_the_tempo_map_has_a_quarter_for_each_beat_and_a_bar_for_each_downbeat() -> None:
    content = written("midi", beats(0.5, 1.0, 1.6, 2.1, 2.6, 3.1, 3.6, 4.1, 4.6))
    division, tracks = tracks_of(content)
    assert [tick for tick, _note, _velocity in clicks_of(content)] == [division * n for n in range(1, 10)]
    assert [tempo for _tick, tempo in tempos_of(content)] == [500_000, 500_000, 600_000, *[500_000] * 7]
    # A quarter before the first downbeat, then four to a bar.
    assert bars_of(content) == [(0, 1, 4), (division, 4, 4)]
    accents = [(note, velocity) for _tick, note, velocity in clicks_of(content)]
    assert [note for note, _velocity in accents] == [76, 77, 77, 77, 76, 77, 77, 77, 76]
    assert min(v for note, v in accents if note == 76) > max(v for note, v in accents if note == 77)
    assert len(tracks) == 3


def test_one_silent_note_spans_the_song_since_ableton_takes_no_tempo_map_without() -> None:
    content = written("midi", beats(0.5, 1.0))
    _division, tracks = tracks_of(content)
    on, off = (event for event in tracks[2] if not event.meta and event.kind >> 4 in (8, 9))
    assert (on.tick, on.data[1]) == (0, 1)
    # 90 seconds of the song: a quarter of half a second each.
    assert off.tick == 180 * 480


def test_no_tempo_is_beyond_what_a_music_program_can_be_set_to() -> None:
    content = written("midi", beats(0.001, 0.002, 0.02, 7000.0))
    assert all(60_000 <= tempo <= 3_000_000 for _tick, tempo in tempos_of(content))


def test_midi_names_labels_and_regions() -> None:
    result = Result(
        markers=(Marker(time=1.0, label="军鼓"), Marker(time=2.0)), regions=(Region(start=1.0, end=2.0),)
    )
    names = names_of(written("midi", result))
    assert sorted(name for _tick, name in names) == ["Region 1", "Region 1 (end)", "军鼓"]


def test_premiere_gets_a_picture_format_the_song_and_its_place() -> None:
    root = ElementTree.fromstring(written("premiere", rate=RATES["29.97df"], offset=Fraction(2)))
    (sequence,) = root.iter("sequence")
    picture = sequence.find("media/video/format/samplecharacteristics")
    assert picture is not None
    assert [picture.findtext(name) for name in ("width", "height")] == ["1920", "1080"]
    (clip,) = sequence.iter("clipitem")
    assert [clip.findtext(name) for name in ("start", "end", "in", "out")] == ["60", "2757", "0", "2697"]
    assert clip.findtext("file/name") == "song.wav"
    assert clip.findtext("file/pathurl") == "file://localhost/song.wav"
    assert len(clip.findall("rate")) == 1
    assert sequence.findtext("timecode/displayformat") == "DF"
    assert sequence.findtext("timecode/string") == "00:00:00;00"
    named = [(mark.findtext("name"), mark.findtext("in")) for mark in sequence.findall("marker")]
    assert named[:2] == [("verse", "60"), ("Downbeat 1", "75")]


def test_final_cut_gets_markers_in_the_time_of_a_song_that_begins_earlier() -> None:
    content = written("fcpxml", beats(0.5, 2.0), rate=RATES["25"], offset=Fraction(-1), start="01:00:00:00")
    root = ElementTree.fromstring(content)
    assert root.get("version") == "1.10"
    (sequence,), (clip,) = root.iter("sequence"), root.iter("asset-clip")
    assert (sequence.get("tcStart"), sequence.get("tcFormat")) == ("3600s", "NDF")
    assert (clip.get("offset"), clip.get("start"), clip.get("duration")) == ("0s", "1s", "89s")
    assert clip.get("audioRole") == "music"
    assert [mark.get("start") for mark in clip.iter("marker")] == ["2s"]
    # A to-do item would have it.
    assert not [mark for mark in clip.iter("marker") if mark.get("completed")]


def test_the_draft_of_capcut_lists_the_song_in_both_of_its_files() -> None:
    with zipfile.ZipFile(io.BytesIO(written("capcut", name="夜曲.mp3"))) as archive:
        assert sorted(archive.namelist()) == ["夜曲/draft_content.json", "夜曲/draft_meta_info.json"]
        draft, about = (json.loads(archive.read(name)) for name in sorted(archive.namelist()))
    (audio,) = draft["materials"]["audios"]
    (listed,) = about["draft_materials"][0]["value"]
    assert audio["path"] == listed["file_Path"]
    assert audio["path"].endswith("_##/夜曲.mp3")
    assert draft["duration"] == about["tm_duration"] == 90_000_000
    assert draft["materials"]["beats"][0]["user_beats"] == [500_000, 1_000_000, 61_123_457]


def test_jams_counts_the_beats_of_a_bar_from_the_first_downbeat() -> None:
    result = Result(
        markers=(Marker(time=0.1), *beats(0.5, 1.0, 1.5, 2.0, 2.5).markers),
        regions=(Region(start=0.0, end=2.0, label="verse", score=0.5),),
    )
    told = json.loads(written("jams", result))
    beat, segment = told["annotations"]
    assert [each["value"] for each in beat["data"]] == [None, 1, 2, 3, 4, 1]
    assert segment["namespace"] == "segment_open"
    assert segment["data"] == [{"time": 0.0, "duration": 2.0, "value": "verse", "confidence": 0.5}]


def test_jams_has_every_member_that_its_schema_demands() -> None:
    told = json.loads(written("jams"))
    assert set(told) == {"annotations", "file_metadata", "sandbox"}
    assert {"duration", "title", "artist", "release", "identifiers", "jams_version"} == set(
        told["file_metadata"]
    )
    for annotation in told["annotations"]:
        assert {"namespace", "data", "annotation_metadata", "sandbox", "time", "duration"} == set(annotation)
        assert annotation["annotation_metadata"]["curator"] == {"name": "", "email": ""}
        for each in annotation["data"]:
            assert set(each) == {"time", "duration", "value", "confidence"}
            assert 0 <= each["time"] <= annotation["duration"]


def test_json_keeps_the_stored_result_and_adds_frames() -> None:
    told = json.loads(written("json", offset=Fraction(1, 2)))
    assert told["version"] == 1
    assert told["song"] == {"name": "song.wav", "seconds": 90.0}
    assert told["timing"] == {"frame_rate": "25", "start_timecode": "00:00:00:00", "offset_seconds": 0.5}
    assert told["markers"][0] | {"frame": 25, "timecode": "00:00:01:00", "time": 1.0} == told["markers"][0]
    assert told["regions"][0]["end_timecode"] == "00:00:13:00"
