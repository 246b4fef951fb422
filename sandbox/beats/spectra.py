"""Shows the network what it hears: how loud each frequency band is, fifty times a second."""

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.decoding import RATE
from sandbox.beats.framing import count, magnitudes

HOP = 441
PACE = RATE / HOP  # frames a second
WINDOW = 1024
BANDS = 64
LOWEST, HIGHEST = 30, 10_000  # Hz
FLOOR = 1e-2  # of the usual loudness; below it nothing is told apart
SPREAD = 1.2  # what the logarithms are divided by, so that they lie about -1 to 1

Spectrum = NDArray[np.float32]


def spectrum(samples: NDArray[np.float32]) -> Spectrum:
    """Log loudness (frames, BANDS) of one channel at RATE, frame 0 centred on the first sample.

    Each band is told relative to its own mean, so neither volume nor tone control changes the picture.
    """
    usual = float(np.linalg.norm(samples)) / max(1, len(samples)) ** 0.5
    filters = _filters() * np.float32(2 / np.sqrt(WINDOW) / max(usual, 1e-5))
    out = np.empty((count(samples, HOP), BANDS), np.float32)
    for place, sound in magnitudes(samples, size=WINDOW, hop=HOP):
        out[place] = np.log(sound @ filters + np.float32(FLOOR))
    out -= out.mean(axis=0)
    out /= np.float32(SPREAD)
    return out


def _filters() -> NDArray[np.float32]:
    """Triangles (bins, BANDS), evenly spaced on the mel scale, none narrower than a bin."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST, HIGHEST))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    hertz = np.fft.rfftfreq(WINDOW, 1 / RATE)[:, None]
    width = RATE / WINDOW
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    rise = (hertz - centre) / np.maximum(centre - left, width) + 1
    fall = (centre - hertz) / np.maximum(right - centre, width) + 1
    filters = np.clip(np.minimum(rise, fall), 0, None)
    return np.asarray(filters / filters.sum(axis=0), dtype=np.float32)
