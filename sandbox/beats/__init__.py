"""Hears the beats of a song; our own tracker, so that the sandbox finds real beats in real music."""

import os
from dataclasses import dataclass
from pathlib import Path

# Threads of a matrix library cost five times the work on matrices as small as ours; read when numpy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.bars import downbeats
from sandbox.beats.decoding import LONGEST, UndecodableError, decode
from sandbox.beats.framing import loudest
from sandbox.beats.network import chances
from sandbox.beats.novelty import FPS, LATENESS, listen
from sandbox.beats.onsets import hits, strengths
from sandbox.beats.placing import audible, steadied
from sandbox.beats.readings import FEWEST, best_beats
from sandbox.beats.spectra import spectrum

__all__ = ["LONGEST", "Beats", "UndecodableError", "track", "track_samples"]

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
    offset = np.float32(samples.mean(dtype=np.float64)) if len(samples) else np.float32(0)
    if abs(offset) > QUIETEST:  # a copy that most songs do without
        samples = samples - offset
    if loudest(samples) < QUIETEST:
        return Beats(bpm=0.0, beats=[], strengths=[], downbeats=[], onsets=[], duration=duration)
    heard = listen(samples)
    likely = chances(spectrum(samples))
    beats = audible(heard.loudness, best_beats(likely.beat))
    if len(beats) < FEWEST:
        beats = beats[:0]
    steady = steadied(beats)
    return Beats(
        bpm=_tempo(beats),
        beats=_rounded(steady, duration),
        strengths=[round(float(value), 3) for value in strengths(heard.pulse, beats)],
        downbeats=_rounded(steady[downbeats(likely.downbeat, beats)], duration),
        onsets=_rounded(hits(heard.pulse) / FPS + LATENESS, duration),
        duration=duration,
    )


def _rounded(times: NDArray[np.float64], duration: float) -> list[float]:
    return [round(min(max(float(time), 0.0), duration), 3) for time in times]


def _tempo(beats: NDArray[np.float64]) -> float:
    """Beats per minute over spans of eight beats, so that one odd beat does not show."""
    span = min(8, len(beats) - 1)
    if span < 1:
        return 0.0
    return round(60 * span / float(np.median(beats[span:] - beats[:-span])), 1)
