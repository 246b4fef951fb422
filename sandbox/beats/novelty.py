"""Turns sound into curves that rise where something new begins, per frequency band and for harmony."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.decoding import RATE

HOP = 220
FPS = RATE / HOP
WINDOW = 2048
MELS = 80
BANDS = ((0, 5), (5, 12), (12, 25), (25, 45), (45, 62), (62, 80))
TONAL = slice(6, 50)
LAG = 2  # frames; a rise slower than this does not count
LATENESS = (
    0.024  # seconds from the frame where a hit shows to the hit itself, between what tunes and recordings say
)

Curve = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Novelty:
    """All curves have one value per frame, FPS frames a second, frame 0 centred on the first sample.

    `bands` is (frames, 7): six frequency bands from low to high, then harmony, each scaled to what is usual.
    `pulse` is the curve that beats are looked for in, `mel` the log spectrum, `loudness` its mean.
    """

    bands: Curve
    pulse: Curve
    mel: Curve
    loudness: Curve


def listen(samples: NDArray[np.float32]) -> Novelty:
    """Analyse one channel at RATE Hz."""
    mel = _log_mel(samples)
    rise = _flux(mel)
    bands = [_scaled(_early(rise[:, low:high].mean(axis=1))) for low, high in BANDS]
    bands.append(_scaled(_harmony(mel)))
    pulse = np.zeros(len(mel), np.float32)
    for (low, high), weight in (((0, 8), 1.0), ((8, 30), 0.8), ((30, 80), 0.8)):
        pulse += np.float32(weight) * _scaled(_early(rise[:, low:high].mean(axis=1)))
    return Novelty(bands=np.stack(bands, axis=1), pulse=pulse, mel=mel, loudness=mel.mean(axis=1))


def smooth(curve: Curve, seconds: float) -> Curve:
    """Moving mean over `seconds`, the ends held."""
    half = max(1, int(seconds * FPS) // 2)
    total = np.cumsum(np.pad(curve.astype(np.float64), (half + 1, half), mode="edge"))
    return ((total[2 * half + 1 :] - total[: -2 * half - 1]) / (2 * half + 1)).astype(np.float32)


def _mel_filters() -> Curve:
    """Triangles evenly spaced on the mel scale from 30 Hz to 10 kHz."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (30, 10_000))
    edges = 700 * (10 ** (np.linspace(low, high, MELS + 2) / 2595) - 1)
    hertz = np.fft.rfftfreq(WINDOW, 1 / RATE)
    filters = np.zeros((MELS, len(hertz)), np.float32)
    for index, (left, centre, right) in enumerate(zip(edges, edges[1:], edges[2:], strict=False)):
        filters[index] = np.clip(
            np.minimum((hertz - left) / (centre - left), (right - hertz) / (right - centre)), 0, None
        )
        if not filters[index].any():  # the lowest triangles are narrower than a bin
            filters[index, np.abs(hertz - centre).argmin()] = 1
    return np.asarray(filters / filters.sum(axis=1, keepdims=True))


def _log_mel(samples: NDArray[np.float32]) -> Curve:
    peak = float(np.abs(samples).max(initial=0))
    padded = np.pad(samples / max(peak, 1e-4), (WINDOW // 2, WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    filters = _mel_filters().T
    mel = np.empty((len(frames), MELS), np.float32)
    for start in range(0, len(frames), 1000):
        part = frames[start : start + 1000] * window
        mel[start : start + 1000] = np.abs(np.fft.rfft(part, axis=1)).astype(np.float32) @ filters
    return np.log1p(30 * mel)


def _flux(mel: Curve) -> Curve:
    """How far each band rises above the loudest of its neighbours LAG frames ago; vibrato does not count."""
    padded = np.pad(mel, ((0, 0), (1, 1)), mode="edge")
    before = np.maximum(np.maximum(padded[:, :-2], padded[:, 1:-1]), padded[:, 2:])
    rise = np.zeros_like(mel)
    rise[LAG:] = np.maximum(0, mel[LAG:] - before[:-LAG])
    return rise


def _early(curve: Curve) -> Curve:
    """A rise over LAG frames is seen late by half of them."""
    return np.append(curve[1:], np.float32(0))


def _harmony(mel: Curve) -> Curve:
    """Cosine distance between the spectra just before and just after each frame."""
    reach = 6
    total = np.cumsum(
        np.pad(mel[:, TONAL], ((reach + 1, reach), (0, 0)), mode="edge"), axis=0, dtype=np.float64
    )
    before = total[reach : -reach - 1] - total[: -2 * reach - 1]
    after = total[2 * reach + 1 :] - total[reach + 1 : -reach]
    norm = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1) + 1e-6
    return np.asarray((1 - (before * after).sum(axis=1) / norm).astype(np.float32))


def _scaled(curve: Curve) -> Curve:
    """What stands out of the last moment, in units of what is usual within eight seconds."""
    out = np.maximum(0, curve - smooth(curve, 0.4))
    usual = np.sqrt(np.maximum(0, smooth(out * out, 8.0))) + 0.15 * np.sqrt(np.mean(out * out)) + 1e-6
    return np.asarray(out / usual, dtype=np.float32)
