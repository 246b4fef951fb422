"""Decides which beats open a bar."""

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.spectra import PACE

# Beats per bar, and how gladly each is believed.
METERS = {4: 0.0, 3: -5.0, 2: -10.0, 5: -10.0, 6: -12.0, 7: -12.0}
SLIP = 12.0  # what it costs when a bar is longer or shorter than the others
REACH = np.arange(-2, 3)  # frames in which a beat and its chance meet
LEAST = 0.01


def downbeats(chance: NDArray[np.float32], beats: NDArray[np.float64]) -> NDArray[np.int64]:
    """Indices into `beats` (seconds) of the first beat of each bar; `chance` is that of one in each frame."""
    if len(beats) == 0:
        return np.zeros(0, np.int64)
    frames = np.clip(np.round(beats * PACE).astype(int)[:, None] + REACH, 0, len(chance) - 1)
    first = np.clip(chance[frames].max(axis=1).astype(np.float64), LEAST, 1 - LEAST)
    odds = np.log(first) - np.log(1 - first)
    readings = [_reading(odds, meter) for meter in METERS]
    return max(readings, key=lambda each: each[0])[1]


def _reading(odds: NDArray[np.float64], meter: int) -> tuple[float, NDArray[np.int64]]:
    """Score and first beats of the best way to count in bars of `meter` beats, slips included.

    `place` counts the beats of a bar; the bar goes on, or slips to a new first beat.
    """
    count = len(odds)
    score = np.full((count, meter), -np.inf)
    came = np.zeros((count, meter), np.int64)
    score[0] = 0.0
    score[0, 0] = odds[0]
    for beat in range(1, count):
        before = score[beat - 1]
        score[beat, 1:], came[beat, 1:] = before[:-1], np.arange(meter - 1)
        slipped = int(before[:-1].argmax()) if meter > 1 else 0
        if before[-1] >= before[slipped] - SLIP:
            score[beat, 0], came[beat, 0] = before[-1], meter - 1
        else:
            score[beat, 0], came[beat, 0] = before[slipped] - SLIP, slipped
        score[beat, 0] += odds[beat]
    place = int(score[-1].argmax())
    best = float(score[-1, place])
    places = np.zeros(count, np.int64)
    for beat in range(count - 1, -1, -1):
        places[beat] = place
        place = int(came[beat, place])
    return best + METERS[meter], np.flatnonzero(places == 0)
