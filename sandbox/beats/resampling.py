"""Brings a stream of samples to the rate of the analysis, block by block."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

CROSSINGS = 10
PASSBAND = 0.94
# More phases than this cost time for nothing: the rounded ratio drifts by less than 3 ms in an hour.
MOST_PHASES = 640

Samples = NDArray[np.float32]


class Resampler:
    """A windowed-sinc polyphase filter that remembers the end of the block before."""

    def __init__(self, rate: int, target: int) -> None:
        ratio = Fraction(target, rate).limit_denominator(max(MOST_PHASES, rate // target + 1))
        self.up, self.down = ratio.numerator, ratio.denominator
        cutoff = min(1.0, self.up / self.down) * PASSBAND
        self.half = int(np.ceil(CROSSINGS / cutoff))
        offsets = np.arange(1 - self.half, self.half + 1) - np.arange(self.up)[:, None] / self.up
        taper = np.cos(np.pi * np.clip(offsets / (2 * self.half), -0.5, 0.5)) ** 2
        taps = np.sinc(offsets * cutoff) * taper
        self.taps = (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)
        self.buffer: Samples = np.zeros(self.half, np.float32)
        self.origin = -self.half  # index of buffer[0] in the input
        self.made = 0

    def push(self, block: Samples) -> Samples:
        """The samples that are complete once `block` is known."""
        self.buffer = np.concatenate([self.buffer, block])
        end = self.origin + len(self.buffer) - self.half
        ready = max(0, -(-end * self.up // self.down) - self.made)
        out = np.empty(ready, np.float32)
        for lane in range(min(self.up, ready)):
            index = self.made + lane
            first = index * self.down // self.up - self.half + 1 - self.origin
            count = -(-(ready - lane) // self.up)
            windows = np.lib.stride_tricks.sliding_window_view(self.buffer[first:], 2 * self.half)
            out[lane :: self.up] = windows[:: self.down][:count] @ self.taps[index * self.down % self.up]
        self.made += ready
        keep = max(0, self.made * self.down // self.up - self.half + 1 - self.origin)
        self.buffer = self.buffer[keep:]
        self.origin += keep
        return out

    def flush(self) -> Samples:
        """The last samples, as if silence followed."""
        return self.push(np.zeros(self.half, np.float32))
