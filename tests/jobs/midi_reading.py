"""Reads MIDI files without the library that wrote them, by the letter of the standard."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

CLICKS = 9
SET_TEMPO, TIME_SIGNATURE, MARKER, END = 0x51, 0x58, 0x06, 0x2F


@dataclass(frozen=True)
class Event:
    """What happens at `tick`: a channel message or, with `meta`, a remark; `kind` is its first byte."""

    tick: int
    kind: int
    data: bytes
    meta: bool = False


def tracks_of(content: bytes) -> tuple[int, list[list[Event]]]:
    """Ticks of a quarter note, and the events of each track."""
    head, length, kind, number, division = struct.unpack(">4sIHHH", content[:14])
    assert (head, length, kind) == (b"MThd", 6, 1)
    place, tracks = 14, []
    for _ in range(number):
        name, length = struct.unpack(">4sI", content[place : place + 8])
        assert name == b"MTrk"
        tracks.append(list(_events(content[place + 8 : place + 8 + length])))
        place += 8 + length
    assert place == len(content)
    assert all(track[-1].kind == END for track in tracks)
    return division, tracks


def _events(data: bytes) -> Iterator[Event]:
    place, tick, running = 0, 0, 0
    while place < len(data):
        delta, place = _number(data, place)
        tick += delta
        kind = data[place]
        if kind & 0x80:
            running, place = kind, place + 1
        else:
            kind = running
        if kind == 0xFF:
            meta = data[place]
            length, place = _number(data, place + 1)
            yield Event(tick, meta, data[place : place + length], meta=True)
        else:
            length = 1 if kind >> 4 in (0xC, 0xD) else 2
            yield Event(tick, kind, data[place : place + length])
        place += length


def _number(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    while True:
        value = value << 7 | data[place] & 0x7F
        place += 1
        if not data[place - 1] & 0x80:
            return value, place


def seconds_of(content: bytes, ticks: list[int]) -> list[float]:
    """When each of the rising `ticks` sounds."""
    division, tracks = tracks_of(content)
    tempos = [
        (event.tick, int.from_bytes(event.data, "big"))
        for event in tracks[0]
        if event.meta and event.kind == SET_TEMPO
    ]
    found, now, at, tempo = [], Fraction(0), 0, 500_000
    for tick in ticks:
        while tempos and tempos[0][0] <= tick:
            now += Fraction((tempos[0][0] - at) * tempo, division * 1_000_000)
            at, tempo = tempos.pop(0)
        found.append(float(now + Fraction((tick - at) * tempo, division * 1_000_000)))
    return found


def clicks_of(content: bytes) -> list[tuple[int, int, int]]:
    """Tick, note and velocity of each click."""
    _division, tracks = tracks_of(content)
    return [
        (event.tick, event.data[0], event.data[1])
        for track in tracks
        for event in track
        if not event.meta and event.kind == 0x90 | CLICKS and event.data[1]
    ]


def tempos_of(content: bytes) -> list[tuple[int, int]]:
    """Tick and microseconds of a quarter note, of every change of tempo."""
    return [(event.tick, int.from_bytes(event.data, "big")) for event in _meta(content, SET_TEMPO)]


def bars_of(content: bytes) -> list[tuple[int, int, int]]:
    """Tick, numerator and denominator of every change of bar."""
    return [(event.tick, event.data[0], 2 ** event.data[1]) for event in _meta(content, TIME_SIGNATURE)]


def names_of(content: bytes) -> list[tuple[int, str]]:
    """Tick and words of every marker."""
    return [(event.tick, event.data.decode()) for event in _meta(content, MARKER)]


def _meta(content: bytes, kind: int) -> list[Event]:
    return [event for event in tracks_of(content)[1][0] if event.meta and event.kind == kind]
