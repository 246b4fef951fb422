"""Takes the sound out of a file of the bucket, as WAV on the file's own time line, within bounds.

WAV, because TMP recommends it (doc: music-beat) and nothing comes before its first sample: an MP3 or M4A
would begin with an encoder's delay that each decoder counts in its own way.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from jobs.engine.bounds import last_word, started
from jobs.engine.frames import Channel, Cut
from tencent.bucket import Bucket

START_SECONDS = 20.0
# At the processor: an hour of AAC takes about half a minute.
CPU_SECONDS = 600.0
BLOCK_BYTES = 2 * 1024 * 1024
# Sound and video of one moment may lie apart, and so the two ends of an index.
MOST_BLOCKS = 4
HEADER_BYTES = 44
_MOST_TOLD = 4 * 1024 * 1024


class NotConverted(Exception):
    """`cause` is a word of jobs.preparing_sentences."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, kw_only=True)
class Sound:
    """What was written: `samples` for each of the channels."""

    samples: int
    rate: int
    channels: int

    @property
    def seconds(self) -> float:
        return self.samples / self.rate

    @property
    def header(self) -> bytes:
        """The first HEADER_BYTES of the WAV file."""
        frame = 2 * self.channels
        size = self.samples * frame
        return struct.pack(
            "<4sI4s4sIHHIIHH4sI",
            *(b"RIFF", size + HEADER_BYTES - 8, b"WAVE", b"fmt ", 16, 1, self.channels, self.rate),
            *(self.rate * frame, frame, 16, b"data", size),
        )


def can_convert() -> bool:
    """Whether PyAV is on this machine."""
    return find_spec("av") is not None


def convert(
    bucket: Bucket,
    path: str,
    *,
    container: str,
    size: int,
    write: Callable[[bytes], None],
    report: Callable[[int, int | None], None],
    seconds: float,
) -> Sound:
    """Hands the WAV over to `write`, its header as HEADER_BYTES zeros, and says what header it is to have.

    `report` is told how many milliseconds are done, and of how many; whatever it raises ends all. Raises
    NotConverted and BucketError.
    """
    until = time.monotonic() + seconds
    with _Child() as child:
        write(bytes(HEADER_BYTES))
        try:
            child.order({"container": container, "size": size, "cpu_seconds": CPU_SECONDS})
            return _conversed(child, _Blocks(bucket, path), until, write, report)
        except TimeoutError:
            raise NotConverted("time") from None
        except OverflowError:
            raise NotConverted("crash") from None
        except Cut:
            raise NotConverted(child.last_word()) from None


def _conversed(
    child: _Child,
    blocks: _Blocks,
    until: float,
    write: Callable[[bytes], None],
    report: Callable[[int, int | None], None],
) -> Sound:
    samples, total = 0, None
    while True:
        said = child.hear(until)
        if "read" in said:
            start, length = said["read"]
            child.send(blocks.read(start, min(length, BLOCK_BYTES)), until)
        elif "samples" in said:
            write(child.receive(until))
            samples += said["samples"]
            report(samples * 1000 // said["rate"], total)
        elif "milliseconds" in said:
            total = said["milliseconds"] or None
        elif "done" in said:
            return Sound(**said["done"])
        else:
            raise NotConverted(str(said.get("trouble", "crash")))


class _Child:
    """One process for one file."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours, most_bytes=_MOST_TOLD)
        try:
            self._process = started("jobs.engine.converter_child", (), theirs)
        except OSError:
            self._channel.close()
            raise NotConverted("crash") from None
        finally:
            theirs.close()

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def order(self, order: dict[str, Any]) -> None:
        self._channel.hear(START_SECONDS)
        self._channel.tell(order, START_SECONDS)

    def hear(self, until: float) -> dict[str, Any]:
        return self._channel.hear(_left(until))

    def receive(self, until: float) -> bytes:
        return self._channel.receive(_left(until))

    def send(self, content: bytes, until: float) -> None:
        self._channel.send(content, _left(until))

    def last_word(self) -> str:
        return last_word(self._process)


class _Blocks:
    """The file in large pieces, a few of which are kept: what is asked for is often near what was."""

    def __init__(self, bucket: Bucket, path: str) -> None:
        self._bucket = bucket
        self._path = path
        self._kept: dict[int, bytes] = {}

    def read(self, start: int, length: int) -> bytes:
        """Fewer bytes at the end of a block."""
        number, skip = divmod(start, BLOCK_BYTES)
        if number not in self._kept:
            while len(self._kept) >= MOST_BLOCKS:
                del self._kept[next(iter(self._kept))]
            content, _size = self._bucket.read_at(self._path, number * BLOCK_BYTES, BLOCK_BYTES)
            self._kept[number] = content
        else:
            self._kept[number] = self._kept.pop(number)
        return self._kept[number][skip : skip + length]


def _left(until: float) -> float:
    return max(0.001, until - time.monotonic())
