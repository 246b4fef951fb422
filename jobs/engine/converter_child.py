"""The process that takes the sound out of a file, started by `jobs.engine.converting`: a file that eats it up
hurts nobody else. It has no keys, no database and no files; what it reads of the song it asks for."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import av
from av.audio import AudioStream
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import EOFError as AvEOFError
from av.error import FFmpegError
from av.stream import Discard

from jobs.engine.bounds import OUT_OF_MEMORY, bound_myself, bound_time, die_with_parent
from jobs.engine.frames import Channel, Cut

# Beyond what it takes before it reads anything; a whole decoder of a long film needs about 100 MiB.
MEMORY_BYTES = 768 * 1024 * 1024
MOST_BYTES = 64 * 1024 * 1024
READ_BYTES = 256 * 1024
TOLD_BYTES = 256 * 1024
MOST_SECONDS = 3 * 3600
# Rates that every program takes; what lies above is halved, what is odd becomes the higher one.
RATES = (44100, 48000)
# What a track is late or early by inside is made good from here on: a Matroska file counts milliseconds.
TOLERANCE_SECONDS = 0.003
_DEMUXERS = {
    "mp4": "mov", "mov": "mov", "matroska": "matroska", "webm": "matroska", "avi": "avi",
    "mpegts": "mpegts", "mpegps": "mpeg", "flv": "flv", "asf": "asf", "wav": "wav", "aiff": "aiff",
    "caf": "caf", "ogg": "ogg", "amr": "amr", "ac3": "ac3", "dts": "dts", "wavpack": "wv", "ape": "ape",
    "dsf": "dsf", "au": "au", "mp3": "mp3", "flac": "flac", "aac": "aac",
}  # fmt: skip


class Unfit(Exception):
    """The file gives no sound; the message is a word: no_sound, damaged or too_long."""


def main() -> None:
    """Do the one thing that is asked over the socket that is standard input."""
    die_with_parent()
    av.logging.set_level(None)
    channel = Channel(socket.socket(fileno=0), most_bytes=MOST_BYTES)
    bound_myself(MEMORY_BYTES)
    with suppress(Cut, TimeoutError):
        channel.tell({"ready": True})
        order = channel.hear()
        bound_time(order["cpu_seconds"])
        try:
            channel.tell({"done": _convert(channel, order)})
        except Unfit as error:
            channel.tell({"trouble": str(error)})
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except (FFmpegError, ValueError, IndexError, OverflowError):
            channel.tell({"trouble": "damaged"})


def _convert(channel: Channel, order: dict[str, Any]) -> dict[str, int]:
    song = _Song(channel, order["size"])
    # The demuxer is named, so that no file talks FFmpeg into a playlist of other addresses.
    with av.open(
        song,
        "r",
        format=_DEMUXERS[order["container"]],
        buffer_size=READ_BYTES,
        metadata_errors="ignore",
        container_options={"protocol_whitelist": "none"},
    ) as container:
        stream = container.streams.best("audio")
        if not isinstance(stream, AudioStream):
            raise Unfit("no_sound")
        for each in container.streams:
            each.discard = Discard.default if each.index == stream.index else Discard.all
        codec = stream.codec_context
        codec.thread_count = 1
        channel.tell({"milliseconds": (container.duration or 0) // 1000})
        wave = _Wave(channel, codec.sample_rate, codec.channels)
        for frame in _decoded(container, stream):
            wave.add(frame, _zero(container, order["container"]))
        return wave.end()


def _zero(container: InputContainer, kind: str) -> float:
    """Which of the file's own times is the beginning, in seconds. The time line of an MP4 begins at 0
    whatever its tracks do; other files are played from the first thing in them."""
    return 0.0 if kind in ("mp4", "mov") else (container.start_time or 0) / av.time_base


def _decoded(container: InputContainer, stream: Any) -> Iterator[AudioFrame]:
    """What can be decoded; broken packets in between leave a gap that is filled with silence."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            yield from packet.decode()
        except AvEOFError:
            return
        except FFmpegError:
            continue


class _Song:
    """The file as PyAV reads it: every piece is asked for."""

    def __init__(self, channel: Channel, size: int) -> None:
        self._channel = channel
        self._size = size
        self._at = 0

    def read(self, length: int) -> bytes:
        length = min(length, self._size - self._at)
        if length <= 0:
            return b""
        self._channel.tell({"read": [self._at, length]})
        content = self._channel.receive()
        self._at += len(content)
        return content

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at


class _Wave:
    """16-bit samples on the song's own time line, told in pieces: every sample stands where it is heard."""

    def __init__(self, channel: Channel, rate: int, channels: int) -> None:
        self._channel = channel
        self._channels = min(max(channels, 1), 2)
        self._rate = rate if rate in RATES else next((each for each in RATES if rate % each == 0), RATES[-1])
        self._resampler = self._new_resampler()
        self._waiting = bytearray()
        self._told = 0

    @property
    def _samples(self) -> int:
        return self._told + len(self._waiting) // (2 * self._channels)

    def add(self, frame: AudioFrame, zero: float) -> None:
        """One decoded frame; `zero` is the time at which the song begins."""
        try:
            made = self._resampler.resample(frame)
        except ValueError:
            # The track changes its rate or its channels in the middle.
            made = self._rest()
            self._resampler = self._new_resampler()
            made += self._resampler.resample(frame)
        for each in made:
            self._put(each, zero)

    def end(self) -> dict[str, int]:
        """How much it came to."""
        for each in self._rest():
            self._put(each, None)
        self._tell(1)
        if not self._told:
            raise Unfit("damaged")
        return {"samples": self._told, "rate": self._rate, "channels": self._channels}

    def _rest(self) -> list[AudioFrame]:
        """What the resampler still holds; one with nothing to do gives back the None that it was given."""
        return [each for each in self._resampler.resample(None) if each is not None]

    def _put(self, frame: AudioFrame, zero: float | None) -> None:
        unit = 2 * self._channels
        content = memoryview(frame.planes[0])[: frame.samples * unit]
        if frame.time is not None and zero is not None:
            gap = round((frame.time - zero) * self._rate) - self._samples
            if not self._samples or abs(gap) > TOLERANCE_SECONDS * self._rate:
                self._silence(gap)
                content = content[max(0, -gap) * unit :]
        self._waiting += content
        self._tell(TOLD_BYTES)

    def _silence(self, samples: int) -> None:
        """In pieces, as a file may claim a gap of hours."""
        self._insist_on_length(samples)
        while samples > 0:
            piece = min(samples, TOLD_BYTES)
            self._waiting += bytes(piece * 2 * self._channels)
            self._tell(TOLD_BYTES)
            samples -= piece

    def _tell(self, least: int) -> None:
        if len(self._waiting) < least:
            return
        self._insist_on_length(0)
        self._channel.tell({"samples": len(self._waiting) // (2 * self._channels), "rate": self._rate})
        self._channel.send(bytes(self._waiting))
        self._told = self._samples
        self._waiting.clear()

    def _insist_on_length(self, more: int) -> None:
        if self._samples + more > MOST_SECONDS * self._rate:
            raise Unfit("too_long")

    def _new_resampler(self) -> AudioResampler:
        layout = "stereo" if self._channels == 2 else "mono"
        return AudioResampler(format="s16", layout=layout, rate=self._rate)


if __name__ == "__main__":
    main()
