"""Finds every hit, on the beat or not, and says how strong a beat sounds."""

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.novelty import FPS, LATENESS, Curve, smooth

REACH = 3  # frames on each side that a hit must top


def hits(pulse: Curve) -> NDArray[np.int64]:
    """Frames where the pulse peaks clearly above its surroundings."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(pulse, REACH), 2 * REACH + 1)
    level = 1.3 * smooth(pulse, 0.5) + 0.25 * float(np.sqrt(np.mean(pulse * pulse, dtype=np.float64)))
    return np.flatnonzero((pulse >= around.max(axis=1)) & (pulse > level))


def strengths(pulse: Curve, beats: NDArray[np.float64]) -> NDArray[np.float64]:
    """How strong each beat (seconds) sounds, from 0 to 1, which the strongest tenth of the beats reaches."""
    if len(beats) == 0:
        return np.zeros(0)
    frames = np.round((beats - LATENESS) * FPS).astype(np.int64)[:, None] + np.arange(-REACH, REACH + 1)
    frames = np.clip(frames, 0, len(pulse) - 1)
    peaks = pulse[frames].max(axis=1).astype(np.float64)
    return np.asarray(np.clip(peaks / max(float(np.quantile(peaks, 0.9)), 1e-9), 0, 1))
