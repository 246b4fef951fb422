"""Reads any sound file as one channel at the rate of the analysis."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.resampling import Resampler
from sandbox.sounds import UndecodableError, open_sound

__all__ = ["LONGEST", "RATE", "Recording", "UndecodableError", "decode"]

RATE = 22_050
LONGEST = 15 * 60.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Recording:
    """`samples` in one channel at RATE Hz, `duration` in seconds."""

    samples: NDArray[np.float32]
    duration: float


def decode(path: Path) -> Recording:
    """The whole sound of a file; raises UndecodableError for anything that is none, or more than LONGEST."""
    with open_sound(path) as sound:
        resampler = Resampler(sound.rate, RATE)
        # It grows where it lies; a list of pieces to be joined would take all of it twice.
        heard, frames = bytearray(), 0
        for block in sound.blocks():
            frames += len(block)
            if frames > LONGEST * sound.rate:
                raise UndecodableError(
                    f"{path.name} is longer than {LONGEST / 60:.0f} minutes; the sandbox hears no more."
                )
            heard += resampler.push(block.mean(axis=1)).tobytes()
        if frames == 0:
            raise UndecodableError(f"{path.name} holds no sound.")
        heard += resampler.flush().tobytes()
        return Recording(samples=np.frombuffer(heard, np.float32), duration=frames / sound.rate)
