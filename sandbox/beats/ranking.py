"""Judges readings of a song by what sounds on their beats and between them, and picks the best one."""

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.novelty import FPS, Novelty
from sandbox.beats.path import activation, best_path
from sandbox.beats.readings import NEAR, readings
from sandbox.beats.tempo import CENTRE, PERIODS, tempo_scores, tempogram
from sandbox.beats.weights import WEIGHTS

Features = NDArray[np.float64]

HIGHEST = 6.0  # one very loud hit must not decide a song


def best_beats(heard: Novelty) -> NDArray[np.int64]:
    """Frames of the beats of the most convincing reading; empty where there is no rhythm to read."""
    offered = judged(heard)
    if not offered:
        return np.zeros(0, np.int64)
    return max(offered, key=lambda each: float(each[1] @ np.array(WEIGHTS)))[0]


def judged(heard: Novelty) -> list[tuple[NDArray[np.int64], Features]]:
    """Every reading of the song with its features."""
    rows = tempogram(heard.pulse)
    chance = activation(heard.pulse)
    path = best_path(chance, tempo_scores(rows))
    similar = rows.mean(axis=0)
    curves = np.minimum(np.column_stack([heard.bands, heard.pulse]), HIGHEST)
    return [(beats, features(curves, beats, similar)) for beats in readings(heard.pulse, chance, path)]


def features(curves: NDArray[np.float32], beats: NDArray[np.int64], similar: Features) -> Features:
    """What speaks for a reading, in the order of WEIGHTS.

    Tempo in octaves from the usual one (as is, squared, only if slow) and the song's self-similarity at that
    tempo; then for each curve how much more happens on beats than midway, than at the quarters, and on one
    half of the beats than on the other.
    """
    gaps = np.diff(beats)
    period = float(np.median(gaps))
    octaves = float(np.log2(60 * FPS / period / CENTRE))
    column = int(np.clip(round(period), PERIODS[0], PERIODS[-1]) - PERIODS[0])
    on = _around(curves, beats)
    middle = _around(curves, beats[:-1] + gaps / 2).mean(axis=0)
    quarters = np.concatenate(
        [_around(curves, beats[:-1] + gaps / 4), _around(curves, beats[:-1] + 3 * gaps / 4)]
    ).mean(axis=0)
    uneven = np.abs(on[::2].mean(axis=0) - on[1::2].mean(axis=0))
    tempo = [octaves, octaves * octaves, min(octaves, 0.0), float(similar[column])]
    return np.concatenate([tempo, on.mean(axis=0) - middle, on.mean(axis=0) - quarters, uneven])


def _around(curves: NDArray[np.float32], moments: NDArray[np.float64] | NDArray[np.int64]) -> Features:
    frames = np.clip(np.round(moments).astype(np.int64)[:, None] + NEAR, 0, len(curves) - 1)
    return np.asarray(curves[frames].max(axis=1).astype(np.float64))
