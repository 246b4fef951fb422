"""Writes drum hits on the beats, alone or into the song, block by block so that length does not matter."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from sandbox.assumptions import BOOST
from sandbox.performers import Order, PerformanceError
from sandbox.performers.bounds import FILE
from sandbox.performers.drums import hit
from sandbox.sounds import Block, Sound, open_sound

MP3_RATES = frozenset((8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000))
MP3_CHANNELS, FLAC_CHANNELS = 2, 8
FLAC_HIGHEST_RATE = 655_350
CEILING = 0.89  # full scale less 1 dB: lossy encoders overshoot
TRIES = 3  # what is square overshoots by more
# Peak of the strongest hit as a share of full scale, for enlargeLevel 1 to 6.
LOUDNESS = tuple(0.16 * 10 ** (BOOST * step / 20) for step in range(6))
# In a song they keep their distance to it: so much louder as it is louder than USUAL, within limits.
USUAL = 0.15  # root mean square
QUIETEST, LOUDEST = 0.25, 2.0


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Hits to play: `times` in seconds, `strengths` from 0 to 1, `drum` 1-4, `level` 1-6."""

    times: list[float]
    strengths: list[float]
    drum: int
    level: int


def write_drums(order: Order, marks: Marks) -> str:
    """The hits alone, in one channel and as long as the song; returns the file's name. Raises
    UndecodableError, PerformanceError."""
    with open_sound(order.song) as song:
        rate = song.rate
    return _write(order, "drum", rate, 1, lambda: _marked(order.song, marks, lambda _, hits: hits))


def write_merge(order: Order, marks: Marks) -> str:
    """The song with the hits on top, the whole quieter where it would clip; returns the file's name. Raises
    UndecodableError, PerformanceError."""
    with open_sound(order.song) as song:
        rate, channels = song.rate, song.channels
        peak, loudness = _measured(song)
    # Only files of floating-point numbers go beyond full scale; some are scaled as integers.
    down = np.float32(1 / max(1.0, peak))
    up = np.float32(np.clip(loudness * down / USUAL, QUIETEST, LOUDEST))

    def mix(block: Block, hits: Block) -> Block:
        return block * down + hits * up

    return _write(order, "merge", rate, channels, lambda: _marked(order.song, marks, mix))


def _measured(song: Sound) -> tuple[float, float]:
    """Peak and root mean square of a song."""
    peak, power, samples = 0.0, 0.0, 0
    for block in song.blocks():
        peak = max(peak, float(np.abs(block).max()))
        power += float(np.square(block, dtype=np.float64).sum())
        samples += block.size
    return peak, (power / max(samples, 1)) ** 0.5


def _marked(path: Path, marks: Marks, mix: Callable[[Block, Block], Block]) -> Iterator[Block]:
    """What `mix` makes of each block of the song and the hits that fall on it (in one channel)."""
    with open_sound(path) as song:
        hits, begin = _Hits(marks, song.rate), 0
        for block in song.blocks():
            yield mix(block, hits.during(begin, len(block))[:, None])
            begin += len(block)


class _Hits:
    """Plays the hits of a whole song piece by piece."""

    def __init__(self, marks: Marks, rate: int) -> None:
        self.sound = hit(marks.drum, rate)
        self.starts = [round(time * rate) for time in marks.times]
        self.gains = [LOUDNESS[marks.level - 1] * (0.6 + 0.4 * strength) for strength in marks.strengths]

    def during(self, begin: int, frames: int) -> NDArray[np.float32]:
        """What sounds in the `frames` from `begin` on, in one channel."""
        block = np.zeros(frames, np.float32)
        first = bisect_right(self.starts, begin - len(self.sound))
        last = bisect_left(self.starts, begin + frames)
        for start, gain in zip(self.starts[first:last], self.gains[first:last], strict=True):
            skip = max(0, begin - start)
            part = self.sound[skip : begin + frames - start]
            block[start + skip - begin :][: len(part)] += part * np.float32(gain)
        return block


def _write(order: Order, kind: str, rate: int, channels: int, blocks: Callable[[], Iterator[Block]]) -> str:
    """Write what `blocks` gives each time it is asked, quieter where it would clip."""
    peak = max((float(np.abs(block).max()) for block in blocks()), default=0.0)
    gain = min(1.0, CEILING / max(peak, 1e-9))
    path, subtype = _target(order, kind, rate, channels)
    try:
        for _ in range(TRIES):
            with soundfile.SoundFile(path, "w", samplerate=rate, channels=channels, subtype=subtype) as file:
                for block in blocks():
                    file.write(block * np.float32(gain))
            with open_sound(path) as written:
                peak, _ = _measured(written)
            if peak < 1:
                break
            gain *= CEILING / peak
    except (soundfile.LibsndfileError, OSError) as error:
        raise PerformanceError(
            f"{path.name} cannot be written: it would be larger than {FILE >> 20} MiB, or the disk is full."
        ) from error
    return path.name


def _target(order: Order, kind: str, rate: int, channels: int) -> tuple[Path, str]:
    """An mp3 as the real service seems to write, else what can hold this rate and these channels."""
    if rate in MP3_RATES and channels <= MP3_CHANNELS and "MP3" in soundfile.available_formats():
        return order.file(kind, "mp3"), "MPEG_LAYER_III"
    if rate <= FLAC_HIGHEST_RATE and channels <= FLAC_CHANNELS:
        return order.file(kind, "flac"), "PCM_24"
    return order.file(kind, "wav"), "PCM_24"
