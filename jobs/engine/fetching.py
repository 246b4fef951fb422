"""Copies what a web address leads to into the account's bucket, through the one outgoing door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from django.conf import settings

from accounts import sniffing
from accounts.contents import look_into
from tencent.bucket import Bucket
from tencent.outgoing import Door
from tencent.targets import Declined

# Slower than this over the whole file, and it is given up; so much more for the beginning.
SLOWEST_BYTES_PER_SECOND = 256 * 1024
PATIENCE_SECONDS = 60.0
_HEAD_BYTES = 64 * 1024
# What a browser would show instead of play: pages of a login, errors, lists.
_TEXT_BEGINS = (b"<", b"{", b"[", b"#EXTM3U", b"\xef\xbb\xbf")


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What lies in the bucket now."""

    path: str
    size: int


def copy(
    door: Door, url: str, bucket: Bucket, *, stem: str, report: Callable[[int, int | None], None]
) -> Copy:
    """Streams `url` into the bucket, in constant memory, under `stem` and an extension that fits what it is.

    `report` is told how many bytes have come, and of how many; whatever it raises ends all, and nothing is
    left behind. Raises tencent.targets.OutgoingError and BucketError.
    """
    with door.open(url, most_bytes=settings.PREPARE_MAX_BYTES, seconds=seconds_for) as incoming:
        head = _beginning(incoming.chunks)
        extension, content_type = _kind(head, url)
        path, taken = f"{stem}.{extension}", len(head)
        with bucket.in_parts(path, content_type) as parts:
            parts.write(head)
            for chunk in incoming.chunks:
                parts.write(chunk)
                taken += len(chunk)
                report(taken, incoming.length)
            parts.finish()
    return Copy(path=path, size=taken)


def seconds_for(length: int | None) -> float:
    """How long a file of so many bytes may take in all; one of unknown length, as long as the largest."""
    size = settings.PREPARE_MAX_BYTES if length is None else length
    return PATIENCE_SECONDS + float(size) / SLOWEST_BYTES_PER_SECOND


def _beginning(chunks: Iterator[bytes]) -> bytes:
    head = bytearray()
    for chunk in chunks:
        head += chunk
        if len(head) >= _HEAD_BYTES:
            break
    if not head:
        raise Declined("empty")
    return bytes(head)


def _kind(head: bytes, url: str) -> tuple[str, str]:
    """Extension and content type by content. Raises Declined for what is a text."""
    if known := sniffing.sniff(BytesIO(head)):
        return known.extension, known.content_type
    if found := look_into(lambda start, length: head[start : start + length], len(head)):
        return sniffing.EXTENSIONS.get(found.container, "bin"), "application/octet-stream"
    if head.lstrip().startswith(_TEXT_BEGINS):
        raise Declined("is_text")
    suffix = PurePosixPath(unquote(urlsplit(url).path)).suffix.lower().lstrip(".")
    is_fit = suffix.isascii() and suffix.isalnum() and len(suffix) <= 5
    return suffix if is_fit else "bin", "application/octet-stream"
