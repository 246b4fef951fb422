"""Beats as a MIDI file: a tempo map that follows them, and a click on each, for music programs."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.placing import length_of, region_caption
from jobs.exports.tempo_map import TICKS, TempoMap
from jobs.exports.timing import Timing
from jobs.results import Marker, Result

if TYPE_CHECKING:
    from mido import MidiTrack

# Channel 10, counted from 0, is the drums of General MIDI; a high and a low wood block.
DRUMS, DOWNBEAT, BEAT = 9, 76, 77
CLICK_TICKS = TICKS // 8
# The note that is as long as the song: the lowest one, as soft as a note can be.
SILENT_CHANNEL, SILENT_NOTE, SILENT_VELOCITY = 0, 0, 1


class Midi(Export):
    """Track 1 has tempos, bars and names, track 2 the clicks, track 3 one silent note as long as the song:
    Ableton Live takes a tempo map only along with one."""

    key = "midi"
    title = _("MIDI tempo map and clicks")
    ending = "mid"
    content_type = "audio/midi"
    applications = (
        Application(
            key="ableton",
            name="Ableton Live",
            group=Group.MUSIC,
            how_to=_(
                "Drag the file onto an empty arrangement and answer Yes when Live asks whether to import "
                "tempo and time signature."
            ),
        ),
        Application(
            key="logic",
            name="Logic Pro",
            group=Group.MUSIC,
            how_to=_("Choose File > Import > MIDI File and answer Import Tempo."),
        ),
        Application(
            key="cubase",
            name="Cubase",
            group=Group.MUSIC,
            how_to=_("Choose File > Import > MIDI File; its tempo track becomes that of the project."),
        ),
        Application(
            key="protools",
            name="Pro Tools",
            group=Group.MUSIC,
            how_to=_("Choose File > Import > MIDI and tick Import Tempo Map from MIDI File."),
        ),
        Application(
            key="flstudio",
            name="FL Studio",
            group=Group.MUSIC,
            how_to=_("Choose File > Import > MIDI File; the clicks come in as notes."),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        from mido import MetaMessage, MidiFile

        tempo = TempoMap(
            [marker.time for marker in result.markers],
            [marker.time for marker in result.markers if marker.downbeat],
        )
        length = tempo.tick(length_of(result, song.seconds, timing.offset))
        tracks = [_conductor(result, tempo), _clicks(result.markers, tempo), _silence(length)]
        file = MidiFile(type=1, ticks_per_beat=TICKS, charset="utf-8")
        for name, events in zip(("Tempo", "Clicks", "Length"), tracks, strict=True):
            track = file.add_track(name)
            _fill(track, events)
            track.append(MetaMessage("end_of_track"))
        written = io.BytesIO()
        file.save(file=written)
        return written.getvalue()


# What happens at a tick.
_Event = tuple[int, Any]


def _conductor(result: Result, tempo: TempoMap) -> list[_Event]:
    from mido import MetaMessage

    events: list[_Event] = [
        (tick, MetaMessage("set_tempo", tempo=microseconds)) for tick, microseconds in tempo.tempos
    ]
    events += [
        (tick, MetaMessage("time_signature", numerator=beats, denominator=4)) for tick, beats in tempo.bars
    ]
    events += [
        (tempo.tick(marker.time), MetaMessage("marker", text=marker.label))
        for marker in result.markers
        if marker.label
    ]
    for number, region in enumerate(result.regions, start=1):
        name = region_caption(region, number)
        events.append((tempo.tick(region.start), MetaMessage("marker", text=name)))
        events.append((tempo.tick(region.end), MetaMessage("marker", text=f"{name} (end)")))
    return events


def _clicks(markers: tuple[Marker, ...], tempo: TempoMap) -> list[_Event]:
    from mido import Message

    events: list[_Event] = []
    ticks = [tempo.tick(marker.time) for marker in markers]
    for number, (marker, tick) in enumerate(zip(markers, ticks, strict=True), start=1):
        note = DOWNBEAT if marker.downbeat else BEAT
        end = max(tick + 1, min([tick + CLICK_TICKS, *ticks[number : number + 1]]))
        events.append((tick, Message("note_on", channel=DRUMS, note=note, velocity=_velocity(marker))))
        events.append((end, Message("note_off", channel=DRUMS, note=note)))
    return events


def _silence(length: int) -> list[_Event]:
    from mido import Message

    note = {"channel": SILENT_CHANNEL, "note": SILENT_NOTE}
    return [
        (0, Message("note_on", velocity=SILENT_VELOCITY, **note)),
        (max(1, length), Message("note_off", **note)),
    ]


def _velocity(marker: Marker) -> int:
    """Downbeats loudest, other beats by their strength."""
    if marker.downbeat:
        return 127
    strength = 0.5 if marker.strength is None else min(1.0, max(0.0, marker.strength))
    return 50 + round(50 * strength)


def _fill(track: MidiTrack, events: list[_Event]) -> None:
    """Appends the events in the order of their ticks, those that end a note first."""
    now = 0
    for tick, message in sorted(events, key=lambda event: (event[0], event[1].type != "note_off")):
        track.append(message.copy(time=tick - now))
        now = tick
