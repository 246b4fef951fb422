"""Finds the best sequence of beats by dynamic programming over (frame of a beat, period that led to it).

A beat earns the evidence around its frame over a share of its period, so that slow and fast tempi compete for
the same total; changing the period from one beat to the next costs.
"""

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.spectra import PACE

FINER = 2  # steps of a path per frame of the network
FPS = PACE * FINER
SHARE = 1 / 16  # of a period that counts as being on the beat
STEADINESS = 100.0  # cost of changing the period, per relative change
LEAST, MOST = 0.02, 0.98  # no frame is so sure that it decides alone

Curve = NDArray[np.float32]


def best_path(beat: Curve, *, slowest: float, fastest: float) -> NDArray[np.int64]:
    """Steps (FPS a second) of the beats, by the chance of one in each frame and the limits of tempo (BPM)."""
    places = np.arange(FINER * (len(beat) - 1) + 1) / FINER
    chance = np.clip(np.interp(places, np.arange(len(beat)), beat), LEAST, MOST)
    periods = np.arange(int(60 * FPS / fastest), int(np.ceil(60 * FPS / slowest)) + 1)  # steps
    frames, depth, size = len(chance), int(periods.max()), int(periods.min())
    evidence, change = _evidence(chance, periods), _change_costs(periods)
    # Row `frame + depth`: best score of a path whose last beat is at `frame`, by the period that follows it.
    ahead = np.zeros((frames + depth, len(periods)), np.float32)
    chosen = np.zeros((frames, len(periods)), np.int8)
    ends = np.full(
        (depth, len(periods)), -np.inf, np.float32
    )  # scores at the last frames, by the period before
    columns = np.arange(len(periods))
    for start in range(0, frames, size):
        block = np.arange(start, min(frames, start + size))
        score = ahead[block[:, None] + depth - periods, columns] + evidence[block]
        onward = score[:, :, None] + change
        chosen[block] = best = onward.argmax(axis=1)
        ahead[block + depth] = np.take_along_axis(onward, best[:, None, :], axis=1)[:, 0]
        late = block >= frames - depth
        ends[block[late] - frames] = score[late]
    return _trace(ends, chosen, periods)


def _evidence(chance: NDArray[np.float64], periods: NDArray[np.int64]) -> Curve:
    """How much more the frames around each frame speak for a beat than against one, for every period.

    A slow beat is as wide in proportion as a fast one: width without a peak to fill it counts against it.
    """
    odds = np.log(chance) - np.log((1 - chance) * SHARE / (1 - SHARE))
    widths = np.round(periods * SHARE).astype(int)
    out = np.empty((len(chance), len(periods)), np.float32)
    for width in sorted(set(widths.tolist())):
        sums = np.convolve(odds, np.ones(width), mode="full")[width // 2 :][: len(odds)]
        same = widths == width
        out[:, same] = sums[:, None] * (periods[same] * SHARE / width)
    return out


def _change_costs(periods: NDArray[np.int64]) -> Curve:
    ratio = periods[None] / periods[:, None]
    weight = np.exp(-STEADINESS * np.abs(ratio - 1))
    chance = weight / weight.sum(axis=1, keepdims=True)
    return np.asarray(np.log(np.maximum(chance, 1e-30)), dtype=np.float32)


def _trace(ends: Curve, chosen: NDArray[np.int8], periods: NDArray[np.int64]) -> NDArray[np.int64]:
    """Walk back from the best beat of the last period."""
    from_end = np.arange(-len(ends), 0)[:, None]
    row, period = np.unravel_index(np.where(from_end >= -periods, ends, -np.inf).argmax(), ends.shape)
    beats = []
    position, index = len(chosen) - len(ends) + int(row), int(period)
    while position >= 0:
        beats.append(position)
        position -= int(periods[index])
        if position >= 0:
            index = int(chosen[position, index])
    return np.array(beats[::-1], dtype=np.int64)
