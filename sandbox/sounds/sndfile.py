"""Reads sounds with libsndfile: fast, and exact about where an MP3 begins."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import soundfile

from sandbox.sounds.sound import BLOCK_SAMPLES, DAMAGED, Block, SoundError, finite


def opened(path: Path) -> "SndfileSound | None":
    """The sound in a file, or None when libsndfile does not know its kind, or finds it damaged."""
    # By descriptor, as soundfile judges by a name's ending.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return SndfileSound(soundfile.SoundFile(descriptor, closefd=True))
    except soundfile.LibsndfileError:
        return None


class SndfileSound:
    """A Sound."""

    def __init__(self, file: soundfile.SoundFile) -> None:
        self._file = file
        self.rate, self.channels = int(file.samplerate), int(file.channels)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def blocks(self) -> Iterator[Block]:
        """As Sound has it, but for damage: raises SoundError there, whatever came before."""
        frames = max(1, BLOCK_SAMPLES // self.channels)
        while True:
            try:
                block = self._file.read(frames, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                raise SoundError(DAMAGED) from error
            if len(block) == 0:
                return
            yield finite(block)
