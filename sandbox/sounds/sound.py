"""What a sound is to those who read it, whatever read the file."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]  # (frames, channels)

DAMAGED = "cannot be read as audio: it is damaged."
BLOCK_SAMPLES = 131_072  # of all channels together
LOUDEST = 1e9  # far beyond any scale that float files come in, and far from where sums overflow


class SoundError(Exception):
    """The file holds no sound that can be read; the text is what follows the file's name in a sentence."""


class UndecodableError(Exception):
    """The file holds no sound that can be read; the text is an English sentence for the user."""


class Sound(Protocol):
    """An open sound: `rate` in Hz, `channels`."""

    rate: int
    channels: int

    def blocks(self) -> Iterator[Block]:
        """All samples in order, at most BLOCK_SAMPLES at once, every one a finite number; full scale is 1.

        A file that breaks off ends there. Raises SoundError for one that breaks before its first sample.
        """


def finite(block: Block) -> Block:
    """The block with silence for what is no number."""
    block = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(block, -LOUDEST, LOUDEST)
