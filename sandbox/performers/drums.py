"""Synthesises the four drums that musicBeat can mark beats with, at any sample rate."""

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

LENGTH = 0.3  # seconds


def hit(drum: int, rate: int) -> Sound:
    """One hit with peak 1 at `rate` Hz; drums 1 to 4: a low drum, a snare, a closed cymbal, a wood block."""
    time = np.arange(max(1, int(LENGTH * rate))) / rate
    hiss = np.random.default_rng(drum).standard_normal(len(time))
    sound = {1: _low, 2: _snare, 3: _cymbal, 4: _block}[drum](time, hiss)
    sound *= np.minimum(1, time / 0.001 + 0.2) * np.clip((LENGTH - time) / 0.03, 0, 1)
    return np.asarray(sound / max(float(np.abs(sound).max()), 1e-9), dtype=np.float32)


def _low(time: NDArray[np.float64], hiss: NDArray[np.float64]) -> NDArray[np.float64]:
    turns = 55 * time + 4.5 * (1 - np.exp(-time / 0.03))
    return np.asarray(np.sin(2 * np.pi * turns) * np.exp(-time / 0.09) + 0.12 * hiss * np.exp(-time / 0.004))


def _snare(time: NDArray[np.float64], hiss: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(
        0.5 * np.sin(2 * np.pi * 190 * time) * np.exp(-time / 0.05) + 0.4 * hiss * np.exp(-time / 0.07)
    )


def _cymbal(time: NDArray[np.float64], hiss: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.diff(hiss, n=3, prepend=(0, 0, 0)) * np.exp(-time / 0.025))


def _block(time: NDArray[np.float64], hiss: NDArray[np.float64]) -> NDArray[np.float64]:
    tone = np.sin(2 * np.pi * 1180 * time) + 0.5 * np.sin(2 * np.pi * 1790 * time)
    return np.asarray(tone * np.exp(-time / 0.03) + 0.05 * hiss * np.exp(-time / 0.003))
