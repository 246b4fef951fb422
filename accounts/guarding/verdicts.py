"""Looks into an object before it is given out, and remembers what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from accounts.encryption import CannotOpen
from accounts.guarding.places import places_with_keys
from accounts.guarding.search import names_found
from accounts.guarding.stored import Stored, digest_of, stored_over
from accounts.managing.demo import is_below
from accounts.models import Account, Verdict
from accounts.sniffing import HEAD_BYTES, sniff
from tencent.bucket import Bucket, Entry
from tencent.errors import BucketRefused

Holds = Verdict.Holds

# Bytes. Longer text is not searched, and therefore closed; longer data that is no text shows no key in clear.
LARGEST_SEARCHED = 1024 * 1024
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_UNICODE_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Shares of bytes: compressed data has one NUL in 256, text in UTF-16 or UTF-32 is half or three quarters NUL.
_STRAY, _WIDE = 0.001, 0.3
_ODD_IN_TEXT = frozenset(range(32)) - frozenset(b"\t\n\r\f\b\x1b")


def judge(account: Account, bucket: Bucket, path: str, etag: str) -> Verdict:
    """What the object at `path` with this ETag holds, by memory or by a look into it.

    The answer's own ETag is another one when the object was replaced meanwhile. Raises BucketError, and
    CannotOpen when it is text and some secret does not open: nobody knows then whether it is in it.
    """
    mine: dict[str, Any] = {"endpoint": account.endpoint, "bucket": account.bucket, "path": path}
    verdict = Verdict.objects.filter(**mine, etag=etag).first() if etag else None
    if verdict and not verdict.searched_for:
        return verdict
    if verdict and verdict.searched_for == digest_of(stored_over(account)):
        return verdict
    etag, holds, searched_for = _look(account, bucket, path)
    values = {"etag": etag, "holds": holds, "searched_for": searched_for}
    return Verdict.objects.update_or_create(**mine, defaults=values)[0]


def known(account: Account, entries: Iterable[Entry]) -> dict[str, Verdict]:
    """By path, what is remembered of those `entries` that are as they were then; one query, nothing is read.

    Nothing is known of text while a secret does not open.
    """
    etags = {entry.key: entry.etag for entry in entries}
    try:
        searched_for = ("", digest_of(stored_over(account)))
    except CannotOpen:
        searched_for = ("", "")
    rows = Verdict.objects.filter(
        endpoint=account.endpoint,
        bucket=account.bucket,
        path__in=etags,
        searched_for__in=searched_for,
    )
    return {row.path: row for row in rows if row.etag == etags[row.path]}


def closed_among(account: Account, paths: Iterable[str]) -> set[str]:
    """Those of `paths` that lay where TMP writes its programs, or held keys, or might have, when they were
    last looked into; two queries, nothing is read."""
    places, asked = places_with_keys(account), {path.strip("/") for path in paths}
    rows = Verdict.objects.filter(
        endpoint=account.endpoint, bucket=account.bucket, path__in=asked, holds__in=Verdict.CLOSED
    )
    return {path for path in asked if is_below(path, places)} | set(rows.values_list("path", flat=True))


def forget(account: Account, paths: Iterable[str]) -> None:
    """Drop what is remembered of objects that are gone."""
    same = {"endpoint": account.endpoint, "bucket": account.bucket}
    Verdict.objects.filter(**same, path__in=list(paths)).delete()


def secrets_in(content: bytes, secrets: Iterable[Stored]) -> list[Stored]:
    """Those of `secrets` that stand in `content`."""
    numbered = {str(number): each for number, each in enumerate(secrets)}
    found = names_found(content, {number: each.value for number, each in numbered.items()})
    return [each for number, each in numbered.items() if number in found]


def is_text(content: bytes) -> bool:
    """Whether the beginning of a file reads like text, in whatever encoding."""
    if content.startswith(_UNICODE_MARKS):
        return True
    nuls = content.count(0) / max(len(content), 1)
    # Never four NULs in a row, as in silence and padding.
    if nuls > _STRAY and (nuls < _WIDE or bytes(4) in content):
        return False
    letters = content.replace(b"\0", b"")
    odd = len(letters) - len(letters.translate(None, bytes(_ODD_IN_TEXT)))
    return odd <= len(letters) * 0.01


def is_media(content: bytes) -> bool:
    """Whether a file begins as sound, a film or a picture does, and is no text that poses as one."""
    is_picture = content.startswith(_PICTURES) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")
    return (is_picture or sniff(BytesIO(content)) is not None) and not is_text(content[:HEAD_BYTES])


def _look(account: Account, bucket: Bucket, path: str) -> tuple[str, str, str]:
    """ETag, what the object holds, and the digest of the secrets that were looked for."""
    content, size, etag = _beginning(bucket, path)
    if is_media(content):
        return etag, Holds.NO_TEXT, ""
    if size > LARGEST_SEARCHED:
        return etag, Holds.UNREAD if is_text(content) else Holds.NO_TEXT, ""
    secrets = stored_over(account)
    return etag, Holds.KEYS if secrets_in(content, secrets) else Holds.NOTHING, digest_of(secrets)


def _beginning(bucket: Bucket, path: str) -> tuple[bytes, int, str]:
    """As much of the object as tells what it is, its size in bytes and its ETag: all of a short one that is
    no media."""
    content = bytearray()
    try:
        with bucket.open(path, f"bytes=0-{LARGEST_SEARCHED - 1}") as opened:
            told = opened.headers.get("content-range", "").rpartition("/")[2]
            size = int(told or opened.headers["content-length"])
            enough = HEAD_BYTES
            for chunk in opened.chunks:
                content += chunk
                if len(content) >= enough and is_media(bytes(content)):
                    break
                enough = 4 * len(content) if len(content) >= enough else enough
            return bytes(content), size, opened.headers.get("etag", "").strip('"')
    except BucketRefused as error:
        if error.http_state != 416:
            raise
    # An empty object has no first byte.
    entry = bucket.head(path)
    return b"", entry.size, entry.etag
