"""A cut list as an OpenTimelineIO file: placeholders for the clips over the song and its beats."""

from __future__ import annotations

from jobs.cuts.shots import CutList
from jobs.exports.timeline import timeline_of


def otio(cuts: CutList) -> bytes:
    """The timeline of the exports, with the song and the beats as markers, and a track of missing clips."""
    from opentimelineio.adapters import write_to_string
    from opentimelineio.schema import Clip, Gap, MissingReference, Track, TrackKind

    timing = cuts.timing
    timeline = timeline_of(cuts.result, cuts.song, timing)
    track = Track(name="V1", kind=TrackKind.Video)
    if cuts.first:
        track.append(Gap(source_range=timing.span(0, cuts.first)))
    for shot in cuts.shots:
        missing = MissingReference(name=shot.name, available_range=timing.span(0, shot.count))
        track.append(Clip(name=shot.name, media_reference=missing, source_range=timing.span(0, shot.count)))
    timeline.tracks.insert(0, track)
    return str(write_to_string(timeline, "otio_json")).encode()
