"""Mixes notes into a stereo song: buses, a room, ducking, and a soft ceiling."""

import numpy as np
from numpy.typing import NDArray

from sandbox.tunes.voices import RATE, Sound

PEAK = 0.89


class Desk:
    """Three stereo buses: `drums` and `low` (bass) stay dry, `music` gets a room and may be ducked."""

    def __init__(self, seconds: float) -> None:
        self.frames = round(seconds * RATE)
        self.buses = {name: np.zeros((self.frames, 2), np.float32) for name in ("drums", "low", "music")}

    def add(self, bus: str, sound: Sound, *, time: float, gain: float, pan: float = 0.0) -> None:
        """Put `sound` at `time` (seconds) on a bus; `pan` goes from -1 (left) to 1 (right)."""
        start = round(time * RATE)
        sound = sound[: max(0, self.frames - start)]
        sides = np.array([np.sqrt((1 - pan) / 2), np.sqrt((1 + pan) / 2)], np.float32) * np.float32(
            gain * 1.4
        )
        self.buses[bus][start : start + len(sound)] += sound[:, None] * sides

    def duck(self, times: list[float], *, depth: float) -> None:
        """Pull the music down by `depth` (share) at each of `times`, back up within a third of a second."""
        dip = 1 - depth * np.linspace(1, 0, RATE // 3, dtype=np.float32)
        gain = np.ones(self.frames, np.float32)
        for time in times:
            part = gain[round(time * RATE) :][: len(dip)]
            np.minimum(part, dip[: len(part)], out=part)
        self.buses["music"] *= gain[:, None]

    def mixdown(self, *, fade: float) -> NDArray[np.float32]:
        """All buses as one song, limited softly, with its last `fade` seconds faded out."""
        music = self.buses["music"]
        song = self.buses["drums"] + self.buses["low"] + music + 0.5 * _room(music.mean(axis=1))
        song = np.tanh(song * np.float32(0.8 / max(0.1, float(np.quantile(np.abs(song[::16]), 0.999)))))
        song *= np.float32(PEAK / max(0.1, float(np.abs(song).max())))
        tail = min(self.frames, round(fade * RATE))
        song[self.frames - tail :] *= np.linspace(1, 0, tail, dtype=np.float32)[:, None]
        return song


def _room(dry: Sound) -> NDArray[np.float32]:
    """The reverberation of `dry` in a small hall: noise that dies away, different for each ear."""
    noise = np.random.default_rng(5).standard_normal((RATE, 2)).astype(np.float32)
    echo = noise * np.exp(-np.arange(RATE, dtype=np.float32) / (0.22 * RATE))[:, None]
    echo = (echo + np.roll(echo, 1, axis=0) + np.roll(echo, 2, axis=0)) * np.float32(0.012)
    size = 1 << (len(dry) + RATE - 1).bit_length()
    spectrum = np.fft.rfft(dry, size)
    wet = np.fft.irfft(spectrum[:, None] * np.fft.rfft(echo, size, axis=0), size, axis=0)
    return np.asarray(wet[: len(dry)], dtype=np.float32)
