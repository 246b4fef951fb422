"""A result as a timeline of OpenTimelineIO: the song as an offline clip, beats and regions as its markers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from jobs.exports.base import Song
from jobs.exports.marks import marks_of
from jobs.exports.names import safe
from jobs.exports.placing import length_of
from jobs.exports.timing import Timing
from jobs.results import Result

if TYPE_CHECKING:
    from opentimelineio.schema import Clip, Marker, Timeline


def timeline_of(result: Result, song: Song, timing: Timing) -> Timeline:
    """One audio track with the song, which begins at the offset, and markers on the whole timeline."""
    from opentimelineio.schema import Gap, Timeline, Track, TrackKind

    timeline = Timeline(name=song.name)
    timeline.global_start_time = timing.rational(timing.first)
    track = Track(name="A1", kind=TrackKind.Audio)
    if before := max(0, timing.frame(timing.offset)):
        track.append(Gap(source_range=timing.span(0, before)))
    track.append(_clip(result, song, timing))
    timeline.tracks.append(track)
    timeline.tracks.markers.extend(_markers(result, timing))
    return timeline


def media_name(song: Song) -> str:
    """The song's file name: editors ask for a file of that name."""
    return safe(song.name) or "song"


def song_frames(result: Result, song: Song, timing: Timing) -> tuple[int, int, int]:
    """Where the song's clip begins on the timeline, where in the song it begins, and its number of frames."""
    moved = timing.frame(timing.offset)
    begin, inside = max(0, moved), max(0, -moved)
    end = timing.frame(length_of(result, song.seconds, timing.offset))
    return begin, inside, max(1, end - begin)


def _clip(result: Result, song: Song, timing: Timing) -> Clip:
    from opentimelineio.schema import Clip, ExternalReference

    _, inside, count = song_frames(result, song, timing)
    file = ExternalReference(
        target_url=quote(media_name(song)), available_range=timing.span(0, inside + count)
    )
    file.name = media_name(song)
    return Clip(name=media_name(song), media_reference=file, source_range=timing.span(inside, count))


def _markers(result: Result, timing: Timing) -> list[Marker]:
    from opentimelineio.schema import Marker, MarkerColor

    colours = {"beat": MarkerColor.CYAN, "downbeat": MarkerColor.RED, "region": MarkerColor.GREEN}
    return [
        Marker(name=mark.name, marked_range=timing.span(mark.first, mark.count), color=colours[mark.kind])
        for mark in marks_of(result, timing)
    ]
