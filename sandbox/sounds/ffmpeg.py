"""Reads sounds with PyAV: what phones, cameras and shops make. Samples stand where a player plays them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import av
import numpy as np
from av.audio import AudioStream
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import EOFError as AvEOFError
from av.error import FFmpegError
from av.stream import Discard

from sandbox.sounds.sound import BLOCK_SAMPLES, DAMAGED, Block, SoundError, finite

READ_BYTES = 1 << 18
# What a frame may be early or late by; Matroska counts milliseconds.
TOLERANCE = 0.003  # seconds
# A step back by more than this is a clock that was set anew, not a frame that overlaps the one before.
NEW_CLOCK = 1.0  # seconds
# FFmpeg lets itself be sent to places that are in no file, and the file object says so in its own way.
BROKEN = (FFmpegError, OSError, ValueError, OverflowError, IndexError)
MUTE = "cannot be read as audio: there is no sound in it."
UNKNOWN = "cannot be read as audio: its sound is coded in a way that is not known here."


@contextmanager
def opened(path: Path, demuxer: str) -> Iterator["FfmpegSound"]:
    """The sound in a file, read as this kind of file and no other. Raises SoundError."""
    with path.open("rb") as file, _container(file, demuxer) as container:
        yield FfmpegSound(container, is_mp4=demuxer == "mov")


def _container(file: BinaryIO, demuxer: str) -> InputContainer:
    try:
        return av.open(
            file,
            "r",
            format=demuxer,
            buffer_size=READ_BYTES,
            metadata_errors="ignore",
            container_options={"protocol_whitelist": "none"},
        )
    except MemoryError:
        raise
    except BROKEN as error:
        raise SoundError(DAMAGED) from error


class FfmpegSound:
    """A Sound. The time line of an MP4 begins at 0 whatever its tracks do, that of other files with the first
    thing in them; where a frame comes late, there is silence."""

    def __init__(self, container: InputContainer, *, is_mp4: bool) -> None:
        self._container = container
        self._frames = self._decoded()
        first = next(self._frames, None)
        if first is None:
            raise SoundError(DAMAGED)
        self._first: AudioFrame = first
        self.rate, self.channels = first.sample_rate, first.layout.nb_channels
        self._layout = first.layout.name
        self._size = max(1, BLOCK_SAMPLES // max(1, self.channels))
        self._zero = 0.0 if is_mp4 else (container.start_time or 0) / av.time_base
        self._told = 0

    def blocks(self) -> Iterator[Block]:
        """As Sound has it."""
        waiting, frames = [], 0
        for block in self._placed():
            waiting.append(block)
            frames += len(block)
            if frames >= self._size:
                yield from self._pieces(np.concatenate(waiting))
                waiting, frames = [], 0
        if frames:
            yield from self._pieces(np.concatenate(waiting))

    def _pieces(self, block: Block) -> Iterator[Block]:
        for start in range(0, len(block), self._size):
            yield finite(block[start : start + self._size])

    def _decoded(self) -> Iterator[AudioFrame]:
        """What can be decoded; broken packets in between leave a gap."""
        stream = self._container.streams.best("audio")
        if not isinstance(stream, AudioStream):
            raise SoundError(MUTE)
        # The stubs do not know that a stream may come without one.
        codec = cast("AudioCodecContext | None", stream.codec_context)
        if codec is None:
            raise SoundError(UNKNOWN)
        codec.thread_count = 1
        for each in self._container.streams:
            each.discard = Discard.default if each.index == stream.index else Discard.all
        packets = self._container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                yield from (frame for frame in packet.decode() if isinstance(frame, AudioFrame))
            except AvEOFError:
                return
            except MemoryError:
                raise
            except BROKEN:
                continue

    def _placed(self) -> Iterator[Block]:
        resampler = self._new_resampler()
        for frame in self._with_first():
            try:
                made = resampler.resample(frame)
            except ValueError:
                # The track changes its rate or its channels in the middle.
                made = _rest(resampler)
                resampler = self._new_resampler()
                made += resampler.resample(frame)
            for each in made:
                yield from self._place(each)
        for each in _rest(resampler):
            yield from self._place(each)

    def _with_first(self) -> Iterator[AudioFrame]:
        yield self._first
        yield from self._frames

    def _place(self, frame: AudioFrame) -> Iterator[Block]:
        block = np.asarray(frame.to_ndarray(), np.float32).reshape(-1, self.channels)
        gap = 0
        if frame.time is not None:
            gap = round((frame.time - self._zero) * self.rate) - self._told
        if gap < -NEW_CLOCK * self.rate and self._told:
            self._zero += gap / self.rate
            gap = 0
        if self._told and abs(gap) <= TOLERANCE * self.rate:
            gap = 0
        yield from self._silence(gap)
        block = block[max(0, -gap) :]
        self._told += len(block)
        yield block

    def _silence(self, frames: int) -> Iterator[Block]:
        """In pieces, as a file may claim a gap of years."""
        while frames > 0:
            piece = min(frames, self._size)
            self._told += piece
            frames -= piece
            yield np.zeros((piece, self.channels), np.float32)

    def _new_resampler(self) -> AudioResampler:
        return AudioResampler(format="flt", layout=self._layout, rate=self.rate)


def _rest(resampler: AudioResampler) -> list[AudioFrame]:
    """What the resampler still holds; one with nothing to do gives back the None that it was given."""
    return [each for each in resampler.resample(None) if each is not None]
