"""Cuts sound into overlapping windows and looks at what frequencies are in each."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

CHUNK = 1000  # windows at a time, so that a quarter of an hour needs no more memory than a song

Floats = NDArray[np.float32]


def loudest(samples: Floats) -> float:
    """The largest of the absolute values, 0 without samples, found without a copy of them."""
    return max(float(samples.max(initial=0)), -float(samples.min(initial=0)))


def count(samples: Floats, hop: int) -> int:
    """How many windows there are: one every `hop` samples, the first centred on the first sample."""
    return len(samples) // hop + 1


def magnitudes(samples: Floats, *, size: int, hop: int) -> Iterator[tuple[slice, Floats]]:
    """Which windows, and their spectra (windows, bins) under a Hann window; beyond the ends lies silence."""
    taper = np.hanning(size + 1)[:-1].astype(np.float32)
    whole = count(samples, hop)
    for start in range(0, whole, CHUNK):
        end = min(whole, start + CHUNK)
        first, last = start * hop - size // 2, (end - 1) * hop - size // 2 + size
        part = samples[max(0, first) : last]
        part = np.pad(part, (max(0, -first), last - max(0, first) - len(part)))
        frames = np.lib.stride_tricks.sliding_window_view(part, size)[::hop]
        yield slice(start, end), np.abs(np.fft.rfft(frames * taper, axis=1)).astype(np.float32)
