"""Describes each bar of a song: how alike it is to every other one, and how full it sounds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.decoding import RATE

Numbers = NDArray[np.float64]

WINDOW, HOP = 4096, 512
SLOTS = 8  # per bar; harmony and melody are compared slot by slot
LOWEST, HIGHEST = 110.0, 2_000.0  # Hz, of what counts as harmony
COLOURS = 24  # frequency bands of a bar's sound, evenly spaced in octaves
BLOCK = 1_000  # frames at once
HARMONY = 0.7  # how much harmony counts beside colour


@dataclass(frozen=True, kw_only=True)
class Bars:
    """`alike` is (bars, bars), 1 for the same music and 0 for as different as the song's bars usually are;
    `fullness` one number a bar (mean 0, deviation 1), higher where more and louder instruments play."""

    alike: Numbers
    fullness: Numbers


def hear(samples: NDArray[np.float32], edges: Sequence[int]) -> Bars:
    """The bars between neighbouring `edges` (samples at RATE Hz, ascending, at least two)."""
    chroma, colour, power = _spectra(samples)
    frames = np.asarray(edges) / HOP
    pairs = zip(frames, frames[1:], strict=False)
    slots = np.concatenate([np.linspace(start, end, SLOTS, endpoint=False) for start, end in pairs])
    harmony = _unit(np.sqrt(_means(chroma, np.append(slots, frames[-1])))).reshape(len(frames) - 1, -1)
    sound = np.log1p(_means(colour, frames))
    alike = HARMONY * _likeness(harmony) + (1 - HARMONY) * _likeness(sound)
    loudness = 10 * np.log10(_means(power[:, None], frames)[:, 0] + 1e-9)
    return Bars(alike=alike, fullness=_standard(_ranks(loudness) + _ranks(sound.mean(axis=1))))


def _spectra(samples: NDArray[np.float32]) -> tuple[Numbers, Numbers, Numbers]:
    """Per frame: twelve pitch classes, COLOURS bands, and the power."""
    peak = max(float(np.abs(samples).max(initial=0)), 1e-4)
    padded = np.pad(samples / peak, (WINDOW // 2, WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    window = np.hanning(WINDOW).astype(np.float32)
    pitches, bands = _pitch_classes(), _bands()
    chroma, colour = np.empty((len(frames), 12)), np.empty((len(frames), COLOURS))
    power = np.empty(len(frames))
    for start in range(0, len(frames), BLOCK):
        part = slice(start, start + BLOCK)
        magnitude = np.abs(np.fft.rfft(frames[part] * window, axis=1))
        chroma[part], colour[part] = magnitude @ pitches, magnitude @ bands
        power[part] = (magnitude**2).mean(axis=1)
    return chroma, colour, power


def _hertz() -> Numbers:
    return np.asarray(np.fft.rfftfreq(WINDOW, 1 / RATE))


def _pitch_classes() -> Numbers:
    """(bins, 12): each bin counts for the pitch class it is nearest to, less the farther off it is."""
    hertz = _hertz()
    semitones = 12 * np.log2(np.maximum(hertz, 1) / 440)
    nearest = np.round(semitones)
    weights = np.exp(-0.5 * ((semitones - nearest) / 0.25) ** 2) * ((hertz >= LOWEST) & (hertz <= HIGHEST))
    filters = np.zeros((len(hertz), 12))
    filters[np.arange(len(hertz)), nearest.astype(int) % 12] = weights
    return filters


def _bands() -> Numbers:
    """(bins, COLOURS): bands from 40 Hz to 10 kHz, each the mean of its bins."""
    hertz = _hertz()
    edges = np.geomspace(40, 10_000, COLOURS + 1)
    filters = ((hertz[:, None] >= edges[:-1]) & (hertz[:, None] < edges[1:])).astype(float)
    return np.asarray(filters / np.maximum(filters.sum(axis=0), 1))


def _means(rows: Numbers, edges: Numbers) -> Numbers:
    """The mean row between neighbouring edges (frames, ascending); an empty stretch is the row it is at."""
    total = np.cumsum(np.pad(rows, ((1, 0), (0, 0))), axis=0)
    marks = np.clip(np.round(edges).astype(int), 0, len(rows) - 1)
    starts, ends = marks[:-1], np.maximum(marks[1:], marks[:-1] + 1)
    return np.asarray((total[ends] - total[starts]) / (ends - starts)[:, None])


def _unit(rows: Numbers) -> Numbers:
    return np.asarray(rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9))


def _likeness(rows: Numbers) -> Numbers:
    """Cosine of what each row has beyond the mean row."""
    rows = _unit(rows - rows.mean(axis=0))
    return np.asarray(rows @ rows.T)


def _ranks(values: Numbers) -> Numbers:
    """The place of each value among all: a silent intro must not hide how verse and chorus differ."""
    return np.asarray(values.argsort().argsort(), dtype=float)


def _standard(values: Numbers) -> Numbers:
    return np.asarray((values - values.mean()) / (values.std() + 1e-9))
