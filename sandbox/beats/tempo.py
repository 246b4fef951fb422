"""Says how likely every tempo is at every second of a song."""

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.novelty import FPS, Curve

SLOWEST, FASTEST = 52.0, 215.0  # BPM
PERIODS = np.arange(int(60 * FPS / FASTEST), int(np.ceil(60 * FPS / SLOWEST)) + 1)  # frames
SPAN = 8.0  # seconds that one row looks at
CENTRE, SPREAD = 115.0, 0.8  # BPM, octaves: tempi that music likes


def tempogram(pulse: Curve) -> NDArray[np.float64]:
    """Self-similarity of the pulse: one row a second, one column per entry of PERIODS, best of a row 1."""
    width, reach = int(SPAN * FPS), 4 * int(PERIODS.max()) + 5
    padded = np.pad(pulse.astype(np.float64), (width // 2, width))
    rows = [padded[start : start + width] for start in np.arange(0, len(pulse), FPS).astype(int)]
    segments = np.array(rows)
    segments = (segments - segments.mean(axis=1, keepdims=True)) * np.hanning(width)
    spectrum = np.fft.rfft(segments, 1 << (width + reach).bit_length(), axis=1)
    similar = np.maximum(0, np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :reach])
    similar /= similar[:, :1] + 1e-9
    support = _at(similar, 1) + 0.6 * _at(similar, 2) + 0.5 * _at(similar, 4)
    return np.asarray(support / (support.max(axis=1, keepdims=True) + 1e-9))


def _at(similar: NDArray[np.float64], multiple: int) -> NDArray[np.float64]:
    """Similarity at a multiple of every period, with as much slack as rounding the period costs."""
    shifts = range(-multiple, multiple + 1)
    return np.asarray(np.max([similar[:, PERIODS * multiple + shift] for shift in shifts], axis=0))


def tempo_scores(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log score of every period, per second: half moment, half whole song, and the tempi music likes."""
    whole = rows.mean(axis=0)
    mixed = 0.5 * rows + 0.5 * whole / max(float(whole.max()), 1e-9)
    octaves = np.log2(60 * FPS / PERIODS / CENTRE)
    return np.asarray(1.5 * np.log(0.05 + mixed) - 0.5 * (octaves / SPREAD) ** 2)
