"""Mixes stems as badly and as differently as the world does."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from training.beats.playing import RATE, Stems

Sound = NDArray[np.float32]


def mix(stems: Stems, beats: list[float], chance: np.random.Generator) -> Sound:
    """One channel at RATE, peak below 1; every call with another generator is another mix."""
    drums, music, voice = (_level(stem) for stem in (stems.drums, stems.music, stems.voice))
    if drums.any() and chance.random() < 0.35:
        drums = _level(_saturated(drums, chance.uniform(1, 8)))
    if music.any() and chance.random() < 0.12:
        music = _level(_saturated(music, chance.uniform(2, 15)))
    if chance.random() < 0.4:
        drums = _room(drums, chance, wet=chance.uniform(0.03, 0.35))
    if chance.random() < 0.6:
        music = _room(music, chance, wet=chance.uniform(0.05, 0.5))
    if voice.any():
        voice = _room(voice, chance, wet=chance.uniform(0.05, 0.5))
    if chance.random() < 0.12:
        music = music * _pumping(len(music), beats, depth=chance.uniform(0.3, 0.9))
    drum_gain = 10 ** (chance.normal(0, 5) / 20)
    alone = chance.random() < 0.06 and drums.any()
    silent = not alone and chance.random() < 0.05 and music.any()
    song = drums * np.float32(0 if silent else drum_gain)
    if not alone:
        song = song + music + voice * np.float32(10 ** (chance.normal(0, 4) / 20))
    song = _equalised(song, chance)
    if chance.random() < 0.5:
        song = _compressed(song, ratio=chance.uniform(0.2, 0.7), seconds=chance.uniform(0.02, 0.4))
    if chance.random() < 0.3:
        song = _saturated(song / max(float(np.abs(song).max()), 1e-6), chance.uniform(0.5, 4))
    if chance.random() < 0.5:
        song = song + _noise(len(song), chance) * np.float32(
            np.sqrt(np.mean(song**2)) * 10 ** (-chance.uniform(20, 55) / 20)
        )
    if chance.random() < 0.1:
        tail = int(chance.uniform(1, 8) * RATE)
        song[-tail:] *= np.linspace(1, 0.02, tail, dtype=np.float32)
    return np.asarray(0.9 * song / max(float(np.abs(song).max()), 1e-6), dtype=np.float32)


def _level(stem: Sound) -> Sound:
    """The stem at a common loudness of its loud moments."""
    loud = np.abs(stem[: len(stem) // 441 * 441]).reshape(-1, 441).max(axis=1)
    usual = float(np.quantile(loud, 0.8)) if loud.any() else 0.0
    return stem * np.float32(0.3 / usual) if usual > 1e-6 else np.zeros_like(stem)


def _saturated(sound: Sound, drive: float) -> Sound:
    return np.asarray(np.tanh(sound * np.float32(drive)), dtype=np.float32)


def _room(sound: Sound, chance: np.random.Generator, *, wet: float) -> Sound:
    """The sound in a room of noise that dies away, darker than the sound."""
    size = int(chance.uniform(0.1, 1.6) * RATE)
    echo = chance.standard_normal(size) * np.exp(-6.0 * np.arange(size) / size)
    echo[: int(chance.uniform(0, 0.03) * RATE)] = 0
    echo = np.convolve(echo, np.ones(int(chance.integers(1, 8))), mode="same")
    echo /= np.sqrt(np.sum(echo**2)) + 1e-9
    return np.asarray(sound + wet * fftconvolve(sound, echo)[: len(sound)], dtype=np.float32)


def _pumping(frames: int, beats: list[float], *, depth: float) -> Sound:
    gain = np.ones(frames, np.float32)
    shape = 1 - depth * np.exp(-np.arange(int(0.5 * RATE)) / (0.12 * RATE))
    for beat in beats:
        start = int(beat * RATE)
        part = gain[start : start + len(shape)]
        np.minimum(part, shape[: len(part)], out=part)
    return gain


def _equalised(sound: Sound, chance: np.random.Generator) -> Sound:
    """A random tone curve, now and then a telephone or an old tape."""
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    octaves = np.log2(np.maximum(hertz, 20) / 20)
    knots = np.linspace(0, 9.2, 8)
    gain = np.interp(octaves, knots, chance.normal(0, chance.uniform(0, 6), 8))
    if chance.random() < 0.2:
        gain -= 40 * np.clip(octaves - np.log2(chance.uniform(2500, 9000) / 20), 0, None)
    if chance.random() < 0.15:
        gain -= 24 * np.clip(np.log2(chance.uniform(40, 200) / 20) - octaves, 0, None)
    return np.fft.irfft(np.fft.rfft(sound) * 10 ** (gain / 20), len(sound)).astype(np.float32)


def _compressed(sound: Sound, *, ratio: float, seconds: float) -> Sound:
    """Loud moments turned down: the level follows the sound over `seconds`, its swings shrink by `ratio`."""
    width = max(1, int(seconds * RATE))
    total = np.cumsum(np.pad(np.square(sound, dtype=np.float64), (width, 0), mode="edge"))
    level = np.sqrt((total[width:] - total[:-width]) / width + 1e-6)
    return np.asarray(sound * (level / level.max() + 0.03) ** -ratio, dtype=np.float32)


def _noise(frames: int, chance: np.random.Generator) -> Sound:
    """White to brownish noise at level 1."""
    hiss = np.fft.rfft(chance.standard_normal(frames))
    hiss *= np.maximum(np.arange(len(hiss)), 1) ** -chance.uniform(0, 1)
    noise = np.fft.irfft(hiss, frames)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)), dtype=np.float32)
