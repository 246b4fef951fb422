"""Files of which only pieces are at hand: what a browser showed of one, and what lies in a bucket."""

from __future__ import annotations

import io
from collections.abc import Mapping

from tencent.bucket import Bucket
from tencent.errors import BucketError

BLOCK_BYTES = 1024 * 1024
# The most that is fetched to learn how long a song is; a header is short, an MP3 without one is read whole.
MOST_BLOCKS = 32


class _Seekable(io.RawIOBase):
    """The position in a file of known size."""

    def __init__(self, size: int) -> None:
        self._size, self._at = size, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at


class Shown(_Seekable):
    """A file of `size` bytes by `pieces` of it (offset to bytes); `missed` is the first place where a piece
    was looked for that is not there."""

    def __init__(self, size: int, pieces: Mapping[int, bytes]) -> None:
        super().__init__(size)
        self._pieces = pieces
        self.missed: int | None = None

    def read(self, size: int = -1) -> bytes:
        for start, piece in self._pieces.items():
            if start <= self._at < start + len(piece):
                found = piece[self._at - start :]
                found = found if size < 0 else found[:size]
                self._at += len(found)
                return found
        if self._at < self._size and size and self.missed is None:
            self.missed = self._at
        return b""


class InBucket(_Seekable):
    """An object of `size` bytes in a bucket, fetched by blocks as it is read.

    Readers in C cannot pass an exception on: after a failure, and beyond MOST_BLOCKS, the file seems to end,
    and `error` or `is_spent` says so.
    """

    def __init__(self, bucket: Bucket, key: str, size: int) -> None:
        super().__init__(size)
        self._bucket, self._key = bucket, key
        self._blocks: dict[int, bytes] = {}
        self.error: BucketError | None = None
        self.is_spent = False

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fills all of `buffer` before the end of the file: readers in C take less for the end."""
        filled = 0
        while filled < len(buffer) and self._at < self._size:
            found = self._block(self._at // BLOCK_BYTES)[self._at % BLOCK_BYTES :][: len(buffer) - filled]
            if not found:
                break
            buffer[filled : filled + len(found)] = found
            filled += len(found)
            self._at += len(found)
        return filled

    def _block(self, number: int) -> bytes:
        if number not in self._blocks and self.error is None:
            self.is_spent = self.is_spent or len(self._blocks) >= MOST_BLOCKS
            if not self.is_spent:
                self._fetch(number)
        return self._blocks.get(number, b"")

    def _fetch(self, number: int) -> None:
        start = number * BLOCK_BYTES
        end = min(start + BLOCK_BYTES, self._size) - 1
        try:
            with self._bucket.open(self._key, f"bytes={start}-{end}") as opened:
                self._blocks[number] = b"".join(opened.chunks)[:BLOCK_BYTES]
        except BucketError as error:
            self.error = error
