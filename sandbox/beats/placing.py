"""Puts beats exactly where they sound, and only there where something sounds."""

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.novelty import FPS as LOUDNESS_FPS
from sandbox.beats.path import FPS, Curve
from sandbox.beats.spectra import PACE

REACH = 4  # beats on each side that a beat is steadied by
MOST_MOVED = 0.04  # seconds
SURE = 0.1  # a chance that a beat is drawn to
FAINT = 0.25  # of the usual chance; below it a first or last beat is none
NEAR = np.arange(-2, 3)  # frames
SHORTEST = 3  # frames

Times = NDArray[np.float64]


def placed(beat: Curve, path: NDArray[np.int64]) -> Times:
    """Seconds of the beats of a path, each moved to the top of the chance nearby, where there is one; none of
    a sound that is too short to have a top."""
    if len(path) == 0 or len(beat) < SHORTEST:
        return np.zeros(0)
    frames = np.clip(np.round(path / FPS * PACE).astype(np.int64)[:, None] + NEAR, 1, len(beat) - 2)
    best = frames[np.arange(len(path)), beat[frames].argmax(axis=1)]
    before, top, after = (beat[best + shift].astype(np.float64) for shift in (-1, 0, 1))
    bend = np.minimum(before - 2 * top + after, -1e-9)
    exact = best + np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
    return np.unique(np.where(top > SURE, exact / PACE, path / FPS))


def trimmed(beat: Curve, beats: Times) -> Times:
    """The beats without those at either end that nothing speaks for."""
    if len(beats) == 0:
        return beats
    frames = np.clip(np.round(beats * PACE).astype(np.int64)[:, None] + NEAR, 0, len(beat) - 1)
    heights = beat[frames].max(axis=1)
    likely = np.flatnonzero(heights > FAINT * np.median(heights))
    return beats[likely[0] : likely[-1] + 1] if len(likely) else beats[:0]


def audible(loudness: Curve, beats: Times) -> Times:
    """The beats between the first and the last moment that can be heard."""
    heard = np.flatnonzero(loudness > 0.05 * loudness.max(initial=0))
    if len(heard) == 0:
        return beats[:0]
    first, last = heard[0] / LOUDNESS_FPS, heard[-1] / LOUDNESS_FPS
    inside = (beats >= first - 0.1) & (beats <= last + 0.1)
    return np.asarray(beats[inside])


def steadied(beats: Times) -> Times:
    """The beats laid on a straight line through their neighbours, except where the playing really leaves it.

    Peaks jump between frames and between instruments; marks that jump with them would sound careless.
    """
    around = np.arange(-REACH, REACH + 1)
    if len(beats) <= 2 * REACH:
        return beats
    windows = np.lib.stride_tricks.sliding_window_view(beats, len(around))
    slopes = windows @ around / float(around @ around)
    centres = np.clip(np.arange(len(beats)), REACH, len(beats) - 1 - REACH)
    line = windows.mean(axis=1)[centres - REACH] + slopes[centres - REACH] * (np.arange(len(beats)) - centres)
    return np.where(np.abs(line - beats) <= MOST_MOVED, line, beats)
