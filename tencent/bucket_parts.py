"""One object that is written piece by piece, in constant memory, and is there whole or not at all."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from tencent.bucket_door import Body
from tencent.bucket_uploads import Part, Uploads
from tencent.errors import BucketError

PART_BYTES = 8 * 1024 * 1024


class Store(Protocol):
    """What is needed of a bucket."""

    uploads: Uploads

    def put(self, key: str, stream: Body, content_type: str = ..., length: int | None = ...) -> str: ...


class Parts:
    """An upload in parts, from entering to leaving; one that was not finished leaves nothing behind.

    Bytes go out in the order they are written, but for the first PART_BYTES: these stay here until `finish`,
    which may still change their beginning. Raises only BucketError; not for several threads at once.
    """

    def __init__(self, bucket: Store, key: str, content_type: str) -> None:
        self._bucket = bucket
        self._key = key
        self._content_type = content_type
        self._first: bytes | None = None
        self._rest = bytearray()
        self._sent: list[Part] = []
        self._upload = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._upload:
            try:
                self._bucket.uploads.give_up(self._key, self._upload)
            except BucketError:
                # The bucket's own rule for forgotten uploads is left.
                return

    def write(self, content: bytes) -> None:
        """Some more bytes of the object."""
        self._rest += content
        while len(self._rest) > PART_BYTES:
            part = bytes(self._rest[:PART_BYTES])
            del self._rest[:PART_BYTES]
            if self._first is None:
                self._first = part
            else:
                self._send(len(self._sent) + 2, part)

    def finish(self, *, beginning: bytes = b"") -> None:
        """That was all. `beginning` takes the place of as many bytes at the start of the object."""
        if self._first is None:
            self._first, self._rest = bytes(self._rest), bytearray()
        first = beginning + self._first[len(beginning) :]
        if not self._rest:
            self._bucket.put(self._key, first, self._content_type)
            return
        self._send(len(self._sent) + 2, bytes(self._rest))
        self._send(1, first)
        parts = sorted(self._sent, key=lambda part: part.number)
        self._bucket.uploads.finish(self._key, self._upload, parts)
        self._upload = ""

    def _send(self, number: int, part: bytes) -> None:
        if not self._upload:
            self._upload = self._bucket.uploads.begin(self._key, self._content_type)
        sent = self._bucket.uploads.put(self._key, self._upload, number=number, stream=part, length=len(part))
        self._sent.append(sent)
