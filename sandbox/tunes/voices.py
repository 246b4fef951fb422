"""Makes single notes and drum hits, the sounds every tune is put together from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 44_100

Sound = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Voice:
    """An instrument as a sum of sines.

    `partials` are (multiple of the pitch, loudness, seconds until it has faded to a third); `attack` and
    `release` are seconds; `vibrato` is the share of the pitch that it swings by.
    """

    partials: tuple[tuple[float, float, float], ...]
    attack: float = 0.004
    release: float = 0.05
    vibrato: float = 0.0


def _detuned(
    strengths: tuple[float, ...], *, spread: float, decay: float
) -> tuple[tuple[float, float, float], ...]:
    return tuple(
        (harmonic * (1 + side * spread), loudness, decay)
        for harmonic, loudness in enumerate(strengths, start=1)
        for side in (-1, 1)
    )


VOICES: dict[str, Voice] = {
    "electric piano": Voice(
        partials=((1, 0.8, 1.1), (2, 0.22, 0.6), (3, 0.1, 0.3), (7, 0.05, 0.1), (14, 0.05, 0.04)),
        release=0.12,
    ),
    "piano": Voice(
        partials=((1, 0.7, 1.4), (2, 0.4, 0.9), (3.003, 0.2, 0.6), (4.01, 0.12, 0.4), (6.03, 0.05, 0.2)),
        release=0.15,
    ),
    "pad": Voice(
        partials=_detuned((0.3, 0.15, 0.09, 0.05), spread=0.0025, decay=9), attack=0.18, release=0.25
    ),
    "stab": Voice(
        partials=_detuned((0.4, 0.28, 0.18, 0.12, 0.08), spread=0.002, decay=0.35), attack=0.003, release=0.06
    ),
    "guitar": Voice(
        partials=((1, 0.6, 0.5), (2, 0.4, 0.35), (3, 0.28, 0.22), (4, 0.14, 0.15), (5, 0.1, 0.1)),
        release=0.04,
    ),
    "bass": Voice(partials=((1, 0.9, 1.2), (2, 0.35, 0.4), (3, 0.16, 0.2), (4, 0.08, 0.1)), release=0.03),
    "sub bass": Voice(partials=((1, 1.0, 0.9), (2, 0.18, 0.25), (3, 0.06, 0.1)), attack=0.006, release=0.08),
    "lead": Voice(
        partials=((1, 0.7, 4), (2, 0.2, 2), (3, 0.18, 2), (5, 0.06, 1)),
        attack=0.012,
        release=0.07,
        vibrato=0.004,
    ),
    "flute": Voice(
        partials=((1, 0.9, 6), (2, 0.16, 4), (3, 0.05, 3)), attack=0.045, release=0.08, vibrato=0.005
    ),
    "bell": Voice(
        partials=((1, 0.6, 1.0), (2.76, 0.2, 0.5), (4.07, 0.12, 0.3), (5.4, 0.08, 0.15)), release=0.3
    ),
}


def note(voice: Voice, *, pitch: int, seconds: float) -> Sound:
    """One note: `pitch` is a MIDI number (69 is 440 Hz); the release comes on top of `seconds`."""
    time = np.arange(int((seconds + voice.release) * RATE)) / RATE
    turns = 440 * 2 ** ((pitch - 69) / 12) * time
    if voice.vibrato:
        depth = np.minimum(1, time / 0.4) * voice.vibrato / (2 * np.pi * 5.2)
        turns = turns + 440 * 2 ** ((pitch - 69) / 12) * depth * np.sin(2 * np.pi * 5.2 * time)
    sound = np.zeros_like(time)
    for multiple, loudness, decay in voice.partials:
        sound += loudness * np.exp(-time / decay) * np.sin(2 * np.pi * multiple * turns)
    sound *= np.minimum(1, time / voice.attack)
    sound *= np.clip((seconds + voice.release - time) / voice.release, 0, 1)
    return sound.astype(np.float32)


def _noise(seconds: float, *, sharpness: int = 0) -> NDArray[np.float64]:
    """White noise, differenced `sharpness` times so that only its treble stays."""
    hiss = np.random.default_rng(11).standard_normal(int(seconds * RATE) + sharpness)
    return np.asarray(np.diff(hiss, n=sharpness) / 2**sharpness)


def _falling(seconds: float, decay: float) -> NDArray[np.float64]:
    time = np.arange(int(seconds * RATE)) / RATE
    return np.asarray(np.exp(-time / decay) * np.clip((seconds - time) / 0.02, 0, 1))


def _sweep(seconds: float, *, low: float, drop: float, speed: float) -> NDArray[np.float64]:
    """A sine that falls from `low + drop` to `low` Hz."""
    time = np.arange(int(seconds * RATE)) / RATE
    turns = low * time + drop * speed * (1 - np.exp(-time / speed))
    return np.asarray(np.sin(2 * np.pi * turns))


def _kick() -> NDArray[np.float64]:
    hit = _sweep(0.35, low=48, drop=130, speed=0.03) * _falling(0.35, 0.11)
    hit[:200] += 0.25 * _noise(200 / RATE) * np.linspace(1, 0, 200)
    return hit


def _snare() -> NDArray[np.float64]:
    body = _sweep(0.28, low=185, drop=60, speed=0.02) * _falling(0.28, 0.06)
    return 0.45 * body + 0.5 * _noise(0.28, sharpness=1) * _falling(0.28, 0.08)


def _clap() -> NDArray[np.float64]:
    hit = _noise(0.25, sharpness=1) * _falling(0.25, 0.07)
    for late in (0.011, 0.022):
        shift = int(late * RATE)
        hit[shift:] += 0.7 * hit[:-shift]
    return 0.45 * hit


def _hat(seconds: float, decay: float) -> NDArray[np.float64]:
    return 0.5 * _noise(seconds, sharpness=3) * _falling(seconds, decay)


def _crash() -> NDArray[np.float64]:
    return 0.4 * _noise(1.6, sharpness=2) * _falling(1.6, 0.45)


def _rim() -> NDArray[np.float64]:
    return _sweep(0.06, low=1650, drop=300, speed=0.004) * _falling(0.06, 0.012)


def _tom() -> NDArray[np.float64]:
    return _sweep(0.4, low=95, drop=60, speed=0.06) * _falling(0.4, 0.12)


def _shaker() -> NDArray[np.float64]:
    hit = 0.5 * _noise(0.09, sharpness=2) * _falling(0.09, 0.03)
    return hit * np.minimum(1, np.arange(len(hit)) / (0.012 * RATE))


DRUMS: dict[str, Callable[[], NDArray[np.float64]]] = {
    "kick": _kick,
    "snare": _snare,
    "clap": _clap,
    "hat": lambda: _hat(0.08, 0.018),
    "open hat": lambda: _hat(0.35, 0.11),
    "crash": _crash,
    "rim": _rim,
    "tom": _tom,
    "shaker": _shaker,
}


def drum(name: str) -> Sound:
    """One hit of the drum called `name`."""
    return DRUMS[name]().astype(np.float32)
