"""Lays beats on the clock: steady, drifting like people do, rubato, ramps and steps of tempo."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Clock:
    """`times` in seconds of each beat, one more than are played, so that all steps can be interpolated."""

    times: Array

    def at(self, beat: float) -> float:
        """Seconds of a moment in beats."""
        return float(np.interp(beat, np.arange(len(self.times)), self.times))


def clock(chance: np.random.Generator, *, bpm: float, beats: int, loose: bool, start: float) -> Clock:
    """A clock of `beats` beats around `bpm`; `loose` music may breathe."""
    along = np.linspace(0, 1, beats)
    tempo = np.full(beats, bpm)
    kind = chance.random()
    if kind < 0.07:
        tempo *= np.exp(np.linspace(0, np.log(chance.uniform(0.62, 1.55)), beats))
    elif kind < 0.11:
        tempo[int(beats * chance.uniform(0.3, 0.7)) :] *= chance.uniform(0.65, 1.5)
    elif kind < (0.5 if loose else 0.14):
        depth, turns = chance.uniform(0.02, 0.1), chance.uniform(1, 6)
        tempo *= 1 + depth * np.sin(2 * np.pi * (turns * along + chance.random()))
    if chance.random() < 0.6:  # people drift
        walk = np.cumsum(chance.normal(0, 1, beats))
        walk -= np.linspace(0, walk[-1], beats)
        tempo *= 1 + chance.uniform(0.001, 0.02) * walk / max(np.abs(walk).max(), 1)
    jitter = chance.normal(0, chance.choice((0.0, 0.0, 0.004, 0.008)), beats)
    return Clock(times=start + np.concatenate([[0], np.cumsum(60 / tempo)])[:beats] + jitter * (along > 0))
