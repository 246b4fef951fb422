"""Reads the beats of a song at several levels of tempo and chooses the reading that most likely is right."""

import numpy as np

from sandbox.beats.path import Curve, best_path
from sandbox.beats.placing import Times, placed, trimmed
from sandbox.beats.spectra import PACE

# BPM; the first is all that music has, the others overlap so that no tempo lies at an edge of every one.
LEVELS = ((50.0, 200.0), (48.0, 88.0), (78.0, 140.0), (124.0, 200.0))
FIRST_WORD = 0.04  # by how much a reading at one level must be better than that over all tempi
FEWEST = 4
REACH = np.arange(-2, 3)  # frames around a beat within which it counts as found, about 50 ms
MASS = 2.0  # what the chances around one sure beat add up to
CENTRE, SPREAD = 118.0, 0.75  # BPM, octaves: tempi that music likes
LIKING = 0.02  # how far that may outweigh an expected F-measure


def best_beats(beat: Curve) -> Times:
    """Seconds of the beats of the best reading; empty where there is no rhythm to read."""
    paths = [best_path(beat, slowest=low, fastest=high) for low, high in LEVELS]
    readings = [trimmed(beat, placed(beat, path)) for path in paths]
    worths = [worth(beat, each) if len(each) >= FEWEST else -1.0 for each in readings]
    worths[0] += FIRST_WORD
    return readings[int(np.argmax(worths))] if max(worths) > 0 else np.zeros(0)


def worth(beat: Curve, beats: Times) -> float:
    """The F-measure to expect of a reading if the network's chances are right, less what its tempo costs."""
    inside = slice(int(beats[0] * PACE), int(beats[-1] * PACE) + 1)
    frames = np.clip(np.round(beats * PACE).astype(np.int64)[:, None] + REACH, 0, len(beat) - 1)
    found = np.minimum(beat[frames].sum(axis=1) / MASS, 1).sum()
    expected = float(2 * found / (len(beats) + beat[inside].sum() / MASS))
    octaves = np.log2(60 / np.median(np.diff(beats)) / CENTRE)
    return expected - LIKING * float(octaves / SPREAD) ** 2
