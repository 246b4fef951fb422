"""Sings melodies on vowels: glides, vibrato, late attacks and hissing consonants, as voices blur a beat."""

import numpy as np
from numpy.typing import NDArray

from training.beats.composing import Note

RATE = 22_050
FORMANTS = ((800, 1150, 2900), (350, 2000, 2800), (450, 800, 2830), (325, 700, 2700), (400, 1600, 2700))


def sing(notes: list[Note], frames: int, chance: np.random.Generator) -> NDArray[np.float32]:
    """One channel at RATE of a voice that sings the notes, freely in time."""
    pitch, loud, hiss = np.zeros(frames), np.zeros(frames), np.zeros(frames)
    vowels = chance.choice(len(FORMANTS), 3, replace=False)
    shares = np.zeros((len(vowels), frames))
    down = 12 * int(chance.integers(0, 3)) - 12
    free, glide = chance.uniform(0.005, 0.04), int(chance.uniform(0.02, 0.12) * RATE)
    for note in sorted(notes, key=lambda each: each.start):
        start = max(0, int((note.start + chance.normal(0.01, free)) * RATE))
        end = min(frames, start + int(note.length * RATE))
        pitch[start:] = note.pitch - down
        rise = (
            np.minimum(1, np.arange(end - start) / (chance.uniform(0.01, 0.08) * RATE)) if end > start else 0
        )
        loud[start:end] = rise * note.loudness / 127
        shares[:, start:] = (chance.random(len(vowels)) ** 2)[:, None]
        if chance.random() < 0.5:
            early = max(0, start - int(chance.uniform(0.03, 0.1) * RATE))
            hiss[early:start] = chance.uniform(0.05, 0.3)
    first = np.flatnonzero(pitch)
    if len(first) == 0:
        return np.zeros(frames, np.float32)
    pitch[: first[0]] = pitch[first[0]]
    pitch = _smoothed(pitch, glide) + 0.3 * np.sin(
        2 * np.pi * chance.uniform(4.5, 6) * np.arange(frames) / RATE
    )
    loud, hiss = _smoothed(loud, 300), _smoothed(hiss, 200)
    turns = np.cumsum(440 * 2 ** ((pitch - 69) / 12) / RATE)
    buzz = np.fft.rfft((2 * (turns % 1) - 1) * loud)
    hertz = np.fft.rfftfreq(frames, 1 / RATE)
    out = np.zeros(frames)
    for vowel, share in zip(vowels, shares, strict=True):
        gain = sum(
            0.7**order / (1 + ((hertz - centre) / 90) ** 2) for order, centre in enumerate(FORMANTS[vowel])
        )
        out += _smoothed(share, 800) * np.fft.irfft(buzz * gain, frames)
    noise = np.diff(chance.standard_normal(frames + 1))
    out += 0.15 * np.abs(out).max() * noise * (hiss + 0.05 * loud)
    return np.asarray(0.3 * out / max(np.abs(out).max(), 1e-6), dtype=np.float32)


def _smoothed(curve: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Moving mean over `width` samples, the ends held."""
    total = np.cumsum(np.pad(np.pad(curve, (width // 2, width - 1 - width // 2), mode="edge"), (1, 0)))
    return (total[width:] - total[:-width]) / width
