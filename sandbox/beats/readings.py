"""Reads the beats of a song at several levels of tempo and chooses the reading that most likely is right."""

import numpy as np

from sandbox.beats.path import Curve, best_path
from sandbox.beats.placing import Times, placed, trimmed
from sandbox.beats.spectra import PACE

# BPM; the first is all that music has, the others overlap so that no tempo lies at an edge of every one.
LEVELS = ((50.0, 200.0), (48.0, 88.0), (78.0, 140.0), (124.0, 200.0))
FEWEST = 4  # beats that make a reading
REACH = np.arange(-2, 3)  # frames around a beat within which it counts as found, about 50 ms
MASS = 1.6  # what the chances around one sure beat add up to


def best_beats(beat: Curve) -> Times:
    """Seconds of the beats of the best reading; fewer than FEWEST where there is no rhythm to read."""
    paths = [best_path(beat, slowest=low, fastest=high) for low, high in LEVELS]
    readings = [trimmed(beat, placed(beat, path)) for path in paths]
    return max(readings, key=lambda each: worth(beat, each))


def worth(beat: Curve, beats: Times) -> float:
    """The F-measure to expect of a reading if the network's chances are right; 0 where it is none."""
    if len(beats) < FEWEST:
        return 0.0
    inside = slice(int(beats[0] * PACE), int(beats[-1] * PACE) + 1)
    frames = np.clip(np.round(beats * PACE).astype(np.int64)[:, None] + REACH, 0, len(beat) - 1)
    found = np.minimum(beat[frames].sum(axis=1) / MASS, 1).sum()
    return float(2 * found / (len(beats) + beat[inside].sum() / MASS))
