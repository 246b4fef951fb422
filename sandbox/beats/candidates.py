"""Offers several readings of a song (half, double, off the beat) and picks the most convincing one."""

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.novelty import Curve, Novelty
from sandbox.beats.path import activation, best_path
from sandbox.beats.tempo import tempo_scores, tempogram


def best_beats(heard: Novelty) -> NDArray[np.int64]:
    """Frames of the beats of the most convincing reading."""
    chance = activation(heard.pulse)
    return snapped(chance, best_path(chance, tempo_scores(tempogram(heard.pulse))))


def snapped(chance: Curve, beats: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every beat moved to the strongest moment nearby, where there is one."""
    frames = np.clip(beats[:, None] + np.arange(-3, 6), 0, len(chance) - 1)
    best = chance[frames].argmax(axis=1)
    strong = chance[frames].max(axis=1) > 0.15
    return np.unique(np.where(strong, frames[np.arange(len(beats)), best], beats))
