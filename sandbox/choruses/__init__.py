"""Hears which part of a song comes back and is loud, so that the sandbox finds real choruses."""

from dataclasses import dataclass
from pathlib import Path

from sandbox.beats import track_samples
from sandbox.beats.decoding import RATE, decode
from sandbox.choruses.hearing import hear
from sandbox.choruses.returning import best_return

__all__ = ["Chorus", "choruses"]


@dataclass(frozen=True, kw_only=True)
class Chorus:
    """One time that the chorus sounds: `start` and `end` in seconds, on downbeats; `score` from 0 to 1."""

    start: float
    end: float
    score: float


def choruses(path: Path) -> list[Chorus]:
    """Where the repeated loud part of a sound file is, in order of time.

    Of a song in which nothing comes back, its fullest part, with a low score; nothing where there are no bars
    to count. Raises UndecodableError.
    """
    recording = decode(path)
    samples = recording.samples
    beats = track_samples(samples, duration=recording.duration)
    edges = _bar_lines(beats.downbeats, duration=recording.duration)
    if len(edges) < 2:
        return []
    found = best_return(hear(samples, [round(edge * RATE) for edge in edges]))
    return [
        Chorus(start=edges[each.first], end=edges[each.last], score=round(each.score, 3)) for each in found
    ]


def _bar_lines(downbeats: list[float], *, duration: float) -> list[float]:
    """The downbeats, and the end of the last bar where the song is long enough for all of it."""
    if len(downbeats) < 2:
        return []
    end = 2 * downbeats[-1] - downbeats[-2]
    return [*downbeats, round(end, 3)] if end <= duration else downbeats
