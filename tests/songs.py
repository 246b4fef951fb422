"""Songs for tests, made on the spot: a plain tone, and clicks whose beats are known."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Iterable


def tone(seconds: float = 0.5, rate: int = 8000) -> bytes:
    """A WAV file with a 440 Hz tone."""
    return _wav((0.27 * math.sin(2 * math.pi * 440 * at / rate) for at in range(int(seconds * rate))), rate)


def clicks(seconds: float, bpm: float, rate: int = 22050) -> bytes:
    """A WAV file with a short decaying tone on every beat, the first one at once."""
    samples = [0.0] * int(seconds * rate)
    step = 60.0 / bpm
    for beat in range(int(seconds / step)):
        start = int(beat * step * rate)
        for at in range(min(2000, len(samples) - start)):
            samples[start + at] += 0.8 * math.exp(-at / 300) * math.sin(at * 0.3)
    return _wav(samples, rate)


def _wav(samples: Iterable[float], rate: int) -> bytes:
    """Mono, 16 bits; samples are between -1 and 1."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", int(sample * 32000)) for sample in samples))
    return out.getvalue()
