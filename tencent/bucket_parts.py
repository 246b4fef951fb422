"""One object that is written piece by piece, in constant memory, and is there whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

from tencent.bucket_answers import lower
from tencent.errors import BucketError

# A store takes no part but the last below 1 MiB, and no more than 10,000 of them (doc: 436/7746).
PART_BYTES = 8 * 1024 * 1024

Mapped = AbstractContextManager[None]


class Parts:
    """An upload in parts, from entering to leaving; one that was not finished leaves nothing behind.

    Bytes go out in the order they are written, but for the first PART_BYTES: these stay here until `finish`,
    which may still change their beginning. Raises only BucketError; not for several threads at once.
    """

    def __init__(
        self,
        client: Any,
        mapped: Callable[[], AbstractContextManager[None]],
        *,
        where: dict[str, str],
        kind: str,
    ) -> None:
        self._client = client
        self._mapped = mapped
        self._where = where
        self._kind = kind
        self._first: bytes | None = None
        self._rest = bytearray()
        self._sent: dict[int, str] = {}
        self._upload = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._upload:
            try:
                with self._mapped():
                    self._client.abort_multipart_upload(**self._where, UploadId=self._upload)
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
            with self._mapped():
                self._client.put_object(**self._where, Body=first, ContentType=self._kind)
            return
        self._send(len(self._sent) + 2, bytes(self._rest))
        self._send(1, first)
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in sorted(self._sent.items())]
        with self._mapped():
            self._client.complete_multipart_upload(
                **self._where, UploadId=self._upload, MultipartUpload={"Part": parts}
            )
        self._upload = ""

    def _send(self, number: int, part: bytes) -> None:
        with self._mapped():
            if not self._upload:
                begun = self._client.create_multipart_upload(**self._where, ContentType=self._kind)
                self._upload = begun["UploadId"]
            answer = self._client.upload_part(
                **self._where, Body=part, PartNumber=number, UploadId=self._upload
            )
            self._sent[number] = lower(answer)["etag"]
