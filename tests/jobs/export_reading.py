"""Other programs than those that wrote an export: each reads its beats, in seconds of the timeline."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import opentimelineio
import webvtt

from jobs.exports.timing import FrameRate, Timing
from tests.jobs.midi_reading import clicks_of, seconds_of

Reader = Callable[[bytes, Timing], list[float]]
REGION = "region"


def counted(timecode: str, rate: FrameRate) -> int:
    """The frame number of a timecode, by the rule of SMPTE 12M."""
    match = re.fullmatch(r"(\d\d):(\d\d):(\d\d)([:;])(\d\d)", timecode)
    assert match, timecode
    hours, minutes, seconds, frames = (int(match[place]) for place in (1, 2, 3, 5))
    assert match[4] == (";" if rate.drop else ":")
    assert frames < rate.nominal
    if not rate.drop:
        return (hours * 3600 + minutes * 60 + seconds) * rate.nominal + frames
    missing = {30: 2, 60: 4}[rate.nominal]
    assert not (seconds == 0 and minutes % 10 and frames < missing), timecode
    whole = hours * 60 + minutes
    return (whole * 60 + seconds) * rate.nominal + frames - missing * (whole - whole // 10)


def of_timecode(timecode: str, timing: Timing) -> float:
    """Seconds since the beginning of the timeline."""
    typed = timing.start[:8] + (";" if timing.rate.drop else ":") + timing.start[9:]
    frames = counted(timecode, timing.rate) - counted(typed, timing.rate)
    return float(frames / timing.rate.exact)


def premiere(content: bytes, timing: Timing) -> list[float]:
    root = ElementTree.fromstring(content)
    sequence = next(root.iter("sequence"))
    rate = sequence.find("rate")
    assert rate is not None
    nominal = int(rate.findtext("timebase", ""))
    exact = Fraction(nominal * 1000, 1001) if rate.findtext("ntsc") == "TRUE" else Fraction(nominal)
    return [float(int(mark.findtext("in", "")) / exact) for mark in sequence.findall("marker")]


def resolve(content: bytes, timing: Timing) -> list[float]:
    events = re.findall(r"^\d{3,}  001      V     C        (\S+) (\S+) \1 \2  $", content.decode(), re.M)
    return [of_timecode(start, timing) for start, _end in events]


def fcpxml(content: bytes, timing: Timing) -> list[float]:
    root = ElementTree.fromstring(content)
    (clip,) = root.iter("asset-clip")
    begin, inside = _fraction(clip.get("offset")), _fraction(clip.get("start"))
    times = [_fraction(mark.get("start")) - inside + begin for mark in clip.iter("marker")]
    if not timing.rate.is_ntsc:
        # The library takes 23.976 frames for 23.
        assert _by_library(content) == [float(time - begin + inside) for time in times]
    return [float(time) for time in times]


def _fraction(time: str | None) -> Fraction:
    assert time and time.endswith("s")
    return Fraction(time[:-1])


def _by_library(content: bytes) -> list[float]:
    """The times of markers in the clip's own time."""
    timeline = opentimelineio.adapters.read_from_string(content.decode(), "otio_fcpx_xml_lite_adapter")
    (clip,) = timeline.find_clips()
    # It adds to a marker's time where the clip begins in its file, which is in it already.
    inside = clip.source_range.start_time
    return [(mark.marked_range.start_time - inside).to_seconds() for mark in clip.markers]


def capcut(content: bytes, timing: Timing) -> list[float]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/draft_content.json"))
        draft = json.loads(archive.read(name))
    (beats,) = draft["materials"]["beats"]
    (segment,) = draft["tracks"][0]["segments"]
    assert beats["id"] in segment["extra_material_refs"]
    # Where the song lies on the timeline is a whole frame; its beats are of the song.
    moved = segment["target_timerange"]["start"] - segment["source_timerange"]["start"]
    assert abs(Fraction(moved, 1_000_000) - timing.offset) <= Fraction(1, 2) / timing.rate.exact + Fraction(
        1, 10**6
    )
    return [float(Fraction(time, 1_000_000) + timing.offset) for time in beats["user_beats"]]


def after_effects(content: bytes, timing: Timing) -> list[float]:
    rows = content.decode("ascii").partition("var marks = ")[2].partition(";\n")[0]
    return [row[0] for row in json.loads(rows)]


def avid(content: bytes, timing: Timing) -> list[float]:
    rows = [line.split("\t") for line in content.decode().splitlines()]
    assert all(len(row) == 6 for row in rows)
    return [of_timecode(row[1], timing) for row in rows]


def reaper(content: bytes, timing: Timing) -> list[float]:
    found = []
    for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
        hours, minutes, seconds = row["Start"].split(":")
        found.append(int(hours) * 3600 + int(minutes) * 60 + float(seconds))
    return found


def tabbed(content: bytes, timing: Timing) -> list[float]:
    return _column(content, "\t")


def comma_separated(content: bytes, timing: Timing) -> list[float]:
    return _column(content, ",")


def _column(content: bytes, delimiter: str) -> list[float]:
    if not content:
        return []
    return list(np.loadtxt(io.BytesIO(content), delimiter=delimiter, usecols=0, ndmin=1, encoding="utf-8"))


def captions(content: bytes, timing: Timing) -> list[float]:
    form = "vtt" if content.startswith(b"WEBVTT") else "srt"
    if form == "srt" and not content:
        return []
    found = []
    for cue in webvtt.from_buffer(io.BytesIO(content), form):
        hours, minutes, seconds = cue.start.split(":")
        found.append(int(hours) * 3600 + int(minutes) * 60 + float(seconds))
    return found


def table(content: bytes, timing: Timing) -> list[float]:
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    for row in rows:
        told = float(int(row["frame"]) / timing.rate.exact)
        assert abs(of_timecode(row["timecode"], timing) - told) < 1e-6
        assert abs(told - float(row["time_s"])) <= float(Fraction(1, 2) / timing.rate.exact) + 1e-6
    return [float(row["time_s"]) for row in rows]


def plain_json(content: bytes, timing: Timing) -> list[float]:
    told = json.loads(content)
    assert told["timing"]["frame_rate"] == timing.rate.key
    assert [of_timecode(marker["timecode"], timing) for marker in told["markers"]] == [
        float(marker["frame"] / timing.rate.exact) for marker in told["markers"]
    ]
    return [marker["time"] for marker in told["markers"]]


def otio(content: bytes, timing: Timing) -> list[float]:
    told = json.loads(content)
    assert told["OTIO_SCHEMA"] == "Timeline.1"
    start = told["global_start_time"]
    assert start["value"] == counted(timing.timecode(0), timing.rate)
    times = [mark["marked_range"]["start_time"] for mark in told["tracks"]["markers"]]
    return [time["value"] / time["rate"] for time in times]


def jams(content: bytes, timing: Timing) -> list[float]:
    told = json.loads(content)
    (beats,) = (each for each in told["annotations"] if each["namespace"] == "beat")
    return [each["time"] for each in beats["data"]]


def midi(content: bytes, timing: Timing) -> list[float]:
    return seconds_of(content, [tick for tick, _note, _velocity in clicks_of(content)])


READERS: dict[str, Reader] = {
    "premiere": premiere,
    "resolve": resolve,
    "fcpxml": fcpxml,
    "capcut": capcut,
    "aftereffects": after_effects,
    "avid": avid,
    "midi": midi,
    "reaper": reaper,
    "audacity": tabbed,
    "srt": captions,
    "vtt": captions,
    "csv": table,
    "json": plain_json,
    "otio": otio,
    "sonicvisualiser": comma_separated,
    "jams": jams,
}
