"""Finds the best sequence of beats by dynamic programming over (frame of a beat, period that led to it).

A beat earns the evidence around its frame over a share of its period, so that slow and fast tempi compete for
the same total; changing the period from one beat to the next costs.
"""

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.novelty import FPS, Curve
from sandbox.beats.tempo import PERIODS

SHARE = 1 / 16  # of a period that counts as being on the beat
STEADINESS = 100.0  # cost of changing the period, per relative change
TEMPO_WEIGHT = 0.35 / 52  # per frame


def activation(pulse: Curve) -> Curve:
    """The pulse as a probability that a beat is here."""
    positive = pulse[pulse > 0]
    loud = float(np.quantile(positive, 0.97)) if len(positive) else 1.0
    return np.asarray(np.clip(pulse / loud, 0.03, 0.95))


def best_path(chance: Curve, tempo: NDArray[np.float64]) -> NDArray[np.int64]:
    """Frames of the beats, from a chance per frame and the log scores of the tempi, per second and period."""
    frames, depth = len(chance), int(PERIODS.max())
    evidence = _evidence(chance)
    change = _change_costs()
    # Row `frame + depth`: best score of a path whose last beat is at `frame`, by the period that follows it.
    ahead = np.zeros((frames + depth, len(PERIODS)))
    chosen = np.zeros((frames, len(PERIODS)), np.int16)
    score = np.empty((frames, len(PERIODS)))
    columns = np.arange(len(PERIODS))
    for start in range(0, frames, int(PERIODS.min())):
        block = np.arange(start, min(frames, start + int(PERIODS.min())))
        second = np.minimum((block / FPS).astype(int), len(tempo) - 1)
        come = ahead[block[:, None] + depth - PERIODS, columns]
        score[block] = come + evidence[block] + tempo[second] * (PERIODS * TEMPO_WEIGHT)
        onward = score[block][:, :, None] + change
        chosen[block] = onward.argmax(axis=1)
        ahead[block + depth] = np.take_along_axis(onward, chosen[block][:, None, :].astype(np.int64), axis=1)[
            :, 0
        ]
    return _trace(score, chosen)


def _evidence(chance: Curve) -> NDArray[np.float64]:
    """How much more the frames around each frame speak for a beat than against one, for every period.

    A slow beat is as wide in proportion as a fast one: width without a peak to fill it counts against it.
    """
    odds = np.log(chance) - np.log((1 - chance) * SHARE / (1 - SHARE))
    widths = np.round(PERIODS * SHARE).astype(int)
    sums = {width: np.convolve(odds, np.ones(width), mode="full") for width in set(widths.tolist())}
    columns = [sums[width][(width - 1) // 2 + 1 :][: len(odds)] for width in widths.tolist()]
    return np.asarray(np.stack(columns, axis=1) * (PERIODS * SHARE / widths))


def _change_costs() -> NDArray[np.float64]:
    ratio = PERIODS[None] / PERIODS[:, None]
    weight = np.exp(-STEADINESS * np.abs(ratio - 1))
    return np.asarray(np.log(np.maximum(weight / weight.sum(axis=1, keepdims=True), 1e-300)))


def _trace(score: NDArray[np.float64], chosen: NDArray[np.int16]) -> NDArray[np.int64]:
    """Walk back from the best beat of the last period."""
    frames = len(score)
    late = np.arange(frames)[:, None] > frames - 1 - PERIODS
    frame, period = np.unravel_index(np.where(late, score, -np.inf).argmax(), score.shape)
    beats = []
    position, index = int(frame), int(period)
    while position >= 0:
        beats.append(position)
        position -= int(PERIODS[index])
        if position >= 0:
            index = int(chosen[position, index])
    return np.array(beats[::-1], dtype=np.int64)
