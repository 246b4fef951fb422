"""Turns sound into a curve that rises where something new begins: for hits, and for how strong a beat is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.decoding import RATE
from sandbox.beats.framing import CHUNK, count, loudest, magnitudes

HOP = 220
FPS = RATE / HOP
WINDOW = 2048
MELS = 80
PARTS = (((0, 8), 1.0), ((8, 30), 0.8), ((30, 80), 0.8))  # bands from low to high, and their weight
LAG = 2  # frames; a rise slower than this does not count
LATENESS = (
    0.024  # seconds from the frame where a hit shows to the hit itself, between what tunes and recordings say
)

Curve = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Novelty:
    """Both curves have one value per frame, FPS frames a second, frame 0 centred on the first sample.

    `pulse` rises at hits, in units of what is usual in the song; `loudness` is the mean of the log spectrum.
    """

    pulse: Curve
    loudness: Curve


def listen(samples: NDArray[np.float32]) -> Novelty:
    """Analyse one channel at RATE Hz."""
    mel = _log_mel(samples)
    pulse = np.zeros(len(mel), np.float32)
    for rise, (_, weight) in zip(_rises(mel), PARTS, strict=True):
        pulse += np.float32(weight) * _scaled(_early(rise))
    return Novelty(pulse=pulse, loudness=mel.mean(axis=1))


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
    peak = loudest(samples)
    filters = _mel_filters().T / np.float32(max(peak, 1e-4))
    mel = np.empty((count(samples, HOP), MELS), np.float32)
    for place, sound in magnitudes(samples, size=WINDOW, hop=HOP):
        mel[place] = np.log1p(30 * (sound @ filters))
    return mel


def _rises(mel: Curve) -> list[Curve]:
    """How far each of PARTS rises, on average of its bands, above where they were LAG frames ago.

    A band is held against the loudest of its neighbours then; vibrato does not count.
    """
    out = np.zeros((len(PARTS), len(mel)), np.float32)
    for start in range(0, len(mel) - LAG, CHUNK):
        part = mel[start : start + CHUNK + LAG]
        padded = np.pad(part[:-LAG], ((0, 0), (1, 1)), mode="edge")
        before = np.maximum(np.maximum(padded[:, :-2], padded[:, 1:-1]), padded[:, 2:])
        rise = np.maximum(0, part[LAG:] - before)
        for row, ((low, high), _) in zip(out, PARTS, strict=True):
            row[start + LAG : start + LAG + len(rise)] = rise[:, low:high].mean(axis=1)
    return list(out)


def _early(curve: Curve) -> Curve:
    """A rise over LAG frames is seen late by half of them."""
    return np.append(curve[1:], np.float32(0))


def _scaled(curve: Curve) -> Curve:
    """What stands out of the last moment, in units of what is usual within eight seconds."""
    out = np.maximum(0, curve - smooth(curve, 0.4))
    usual = np.sqrt(np.maximum(0, smooth(out * out, 8.0))) + 0.15 * np.sqrt(np.mean(out * out)) + 1e-6
    return np.asarray(out / usual, dtype=np.float32)
