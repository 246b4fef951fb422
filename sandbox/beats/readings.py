"""Offers several readings of one song: twice as fast, half as fast, in threes, off the beat.

A path through the song is rarely lost, but often on the wrong level of the rhythm; all levels follow from it.
"""

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.novelty import FPS, Curve

GRID = 12  # parts of a beat of the path
# Period in parts of a beat, and where the first beat may lie.
LEVELS: dict[int, tuple[int, ...]] = {
    12: (0, 3, 6, 9),
    6: (0, 3),
    24: (0, 6, 12, 18),
    8: (0, 4),
    16: (0, 4, 8, 12),
    18: (0, 6, 12),
    36: (0, 12, 24),
}
SLOWEST, FASTEST = 45.0, 230.0  # BPM
FEWEST = 5
REACH = 4  # beats on each side that a beat is steadied by
MOST_MOVED = 4  # frames
NEAR = np.arange(-3, 4)  # frames in which a beat and its sound meet


def readings(pulse: Curve, chance: Curve, path: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """All readings of a path (frames) that have a possible tempo; the path itself comes first."""
    found = []
    path = snapped(chance, path)
    if len(path) < FEWEST:
        return []
    grid = np.interp(np.arange(GRID * (len(path) - 1) + 1) / GRID, np.arange(len(path)), path)
    tempo = 60 * FPS / float(np.median(np.diff(path)))
    for period, phases in LEVELS.items():
        if not SLOWEST < tempo * GRID / period < FASTEST:
            continue
        for phase in phases:
            beats = trimmed(pulse, snapped(chance, grid[phase::period].round().astype(np.int64)))
            if len(beats) >= FEWEST:
                found.append(beats)
    return found


def snapped(chance: Curve, beats: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every beat moved to the strongest moment nearby, where there is one."""
    frames = np.clip(beats[:, None] + np.arange(-3, 6), 0, len(chance) - 1)
    best = chance[frames].argmax(axis=1)
    strong = chance[frames].max(axis=1) > 0.15
    return np.unique(np.where(strong, frames[np.arange(len(beats)), best], beats))


def steadied(beats: NDArray[np.int64]) -> NDArray[np.float64]:
    """The beats laid on a straight line through their neighbours, except where the playing really leaves it.

    Peaks jump between frames and between instruments; marks that jump with them would sound careless.
    """
    around = np.arange(-REACH, REACH + 1)
    if len(beats) <= 2 * REACH:
        return beats.astype(np.float64)
    windows = np.lib.stride_tricks.sliding_window_view(beats.astype(np.float64), len(around))
    slopes = windows @ around / float(around @ around)
    centres = np.clip(np.arange(len(beats)), REACH, len(beats) - 1 - REACH)
    line = windows.mean(axis=1)[centres - REACH] + slopes[centres - REACH] * (np.arange(len(beats)) - centres)
    return np.where(np.abs(line - beats) <= MOST_MOVED, line, beats)


def trimmed(pulse: Curve, beats: NDArray[np.int64]) -> NDArray[np.int64]:
    """The beats without those before the music starts and after it has ended."""
    if len(beats) == 0:
        return beats
    peaks = pulse[np.clip(beats[:, None] + NEAR, 0, len(pulse) - 1)].max(axis=1)
    loud = np.flatnonzero(peaks > 0.35 * np.median(peaks))
    return beats[loud[0] : loud[-1] + 1] if len(loud) else beats[:0]
