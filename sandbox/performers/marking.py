"""Writes drum hits on the beats, alone or into the song, block by block so that length does not matter."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray

from sandbox.performers import Order
from sandbox.performers.drums import hit

Block = NDArray[np.float32]

# One write of many frames at once has crashed libsndfile's compressed writers.
BLOCK = 65_536
MP3_RATES = frozenset((8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000))
FLAC_HIGHEST_RATE = 655_350
CEILING = 0.89  # full scale less 1 dB: lossy encoders overshoot
LOUDNESS = (0.16, 0.24, 0.35, 0.47, 0.63, 0.85)  # share of full scale, for enlargeLevel 1 to 6


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Hits to play: `times` in seconds, `strengths` from 0 to 1, `drum` 1-4, `level` 1-6."""

    times: list[float]
    strengths: list[float]
    drum: int
    level: int


def write_drums(order: Order, marks: Marks) -> str:
    """The hits alone, in one channel and as long as the song; returns the file's name."""
    info = soundfile.info(order.song)
    return _write(order, "drum", info.samplerate, 1, _marked(order, marks, with_song=False))


def write_merge(order: Order, marks: Marks) -> str:
    """The song with the hits on top, the whole quieter where it would clip; returns the file's name."""
    info = soundfile.info(order.song)
    peak = max((float(np.abs(block).max()) for block in _marked(order, marks, with_song=True)), default=0.0)
    gain = np.float32(min(1.0, CEILING / max(peak, 1e-9)))
    blocks = (block * gain for block in _marked(order, marks, with_song=True))
    return _write(order, "merge", info.samplerate, info.channels if info.channels <= 2 else 1, blocks)


def _marked(order: Order, marks: Marks, *, with_song: bool) -> Iterator[Block]:
    with soundfile.SoundFile(order.song) as song:
        hits = _Hits(marks, song.samplerate)
        begin = 0
        for block in _blocks(song):
            sound = hits.during(begin, len(block))[:, None]
            yield block + sound if with_song else sound
            begin += len(block)


class _Hits:
    """Plays the hits of a whole song piece by piece."""

    def __init__(self, marks: Marks, rate: int) -> None:
        self.sound = hit(marks.drum, rate)
        self.starts = [round(time * rate) for time in marks.times]
        self.gains = [LOUDNESS[marks.level - 1] * (0.6 + 0.4 * strength) for strength in marks.strengths]

    def during(self, begin: int, frames: int) -> Block:
        """What sounds in the `frames` from `begin` on, in one channel."""
        block = np.zeros(frames, np.float32)
        first = bisect_right(self.starts, begin - len(self.sound))
        last = bisect_left(self.starts, begin + frames)
        for start, gain in zip(self.starts[first:last], self.gains[first:last], strict=True):
            skip = max(0, begin - start)
            part = self.sound[skip : begin + frames - start]
            block[start + skip - begin :][: len(part)] += part * np.float32(gain)
        return block


def _blocks(song: soundfile.SoundFile) -> Iterator[Block]:
    """The song's samples, in one channel when it has more than two."""
    while len(block := song.read(BLOCK, dtype="float32", always_2d=True)):
        block = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        yield block if block.shape[1] <= 2 else block.mean(axis=1, keepdims=True)


def _write(order: Order, kind: str, rate: int, channels: int, blocks: Iterator[Block]) -> str:
    """Save as mp3 like the real service seems to, else as the best format that can hold this rate."""
    if rate in MP3_RATES and "MP3" in soundfile.available_formats():
        path, subtype = order.file(kind, "mp3"), "MPEG_LAYER_III"
    elif rate <= FLAC_HIGHEST_RATE:
        path, subtype = order.file(kind, "flac"), "PCM_16"
    else:
        path, subtype = order.file(kind, "wav"), "PCM_16"
    with soundfile.SoundFile(path, "w", samplerate=rate, channels=channels, subtype=subtype) as file:
        for block in blocks:
            file.write(block)
    return path.name
