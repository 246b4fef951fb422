"""Hears the beats of a song; our own tracker, so that the sandbox finds real beats in real music."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.bars import downbeats
from sandbox.beats.decoding import LONGEST, UndecodableError, decode
from sandbox.beats.novelty import FPS, LATENESS, listen
from sandbox.beats.onsets import audible, hits, strengths
from sandbox.beats.ranking import best_beats
from sandbox.beats.readings import steadied

__all__ = ["LONGEST", "Beats", "UndecodableError", "track", "track_samples"]

FEWEST = 4
QUIETEST = 1e-4


@dataclass(frozen=True, kw_only=True)
class Beats:
    """What was heard: times in seconds, `bpm` (0 without beats), and for each beat a strength from 0 to 1."""

    bpm: float
    beats: list[float]
    strengths: list[float]
    downbeats: list[float]
    onsets: list[float]
    duration: float


def track(path: Path) -> Beats:
    """The beats of a sound file of at most LONGEST seconds; none for silence. Raises UndecodableError."""
    recording = decode(path)
    return track_samples(recording.samples, duration=recording.duration)


def track_samples(samples: NDArray[np.float32], *, duration: float) -> Beats:
    """The beats of one channel at the rate of the analysis (sandbox.beats.decoding.RATE)."""
    samples = samples - samples.mean(dtype=np.float64).astype(np.float32) if len(samples) else samples
    if float(np.abs(samples).max(initial=0)) < QUIETEST:
        return Beats(bpm=0.0, beats=[], strengths=[], downbeats=[], onsets=[], duration=duration)
    heard = listen(samples)
    beats = audible(heard.loudness, best_beats(heard))
    if len(beats) < FEWEST:
        beats = beats[:0]
    steady = steadied(beats)
    return Beats(
        bpm=_tempo(beats),
        beats=_seconds(steady, duration),
        strengths=[round(float(value), 3) for value in strengths(heard.pulse, beats)],
        downbeats=_seconds(steady[downbeats(heard, beats)], duration),
        onsets=_seconds(hits(heard.pulse), duration),
        duration=duration,
    )


def _seconds(frames: NDArray[np.float64] | NDArray[np.int64], duration: float) -> list[float]:
    return [round(min(float(frame) / FPS + LATENESS, duration), 3) for frame in frames]


def _tempo(beats: NDArray[np.int64]) -> float:
    """Beats per minute over spans of eight beats, so that rounding to frames does not show."""
    span = min(8, len(beats) - 1)
    if span < 1:
        return 0.0
    return round(60 * FPS * span / float(np.median(beats[span:] - beats[:-span])), 1)
