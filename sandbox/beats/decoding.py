"""Reads any sound file as one channel at the rate of the analysis."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from sandbox.beats.resampling import Resampler

RATE = 22_050
LONGEST = 15 * 60.0
BLOCK = 65_536


class UndecodableError(Exception):
    """The file holds no sound that can be read; the text is an English sentence for the user."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """`samples` in one channel at RATE Hz, `duration` in seconds (of the part that was read)."""

    samples: NDArray[np.float32]
    duration: float


def decode(path: Path) -> Recording:
    """Read at most 15 minutes of `path`; raises UndecodableError for anything that is not sound."""
    if path.stat().st_size == 0:
        raise UndecodableError(f"{path.name} is empty.")
    try:
        with soundfile.SoundFile(path) as file:
            recording = _read(file)
    except soundfile.LibsndfileError as error:
        raise UndecodableError(
            f"{path.name} cannot be read as audio: it is damaged, or of a kind that is not supported "
            "(WAV, MP3, FLAC and OGG are)."
        ) from error
    if recording.duration == 0:
        raise UndecodableError(f"{path.name} holds no sound.")
    return recording


def _read(file: soundfile.SoundFile) -> Recording:
    resampler = Resampler(file.samplerate, RATE)
    pieces, frames = [], 0
    while frames < LONGEST * file.samplerate:
        block = file.read(BLOCK, dtype="float32", always_2d=True)
        if len(block) == 0:
            break
        frames += len(block)
        mono = block.mean(axis=1)
        pieces.append(resampler.push(np.nan_to_num(mono, nan=0.0, posinf=0.0, neginf=0.0)))
    pieces.append(resampler.flush())
    return Recording(samples=np.concatenate(pieces), duration=frames / file.samplerate)
