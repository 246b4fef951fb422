"""The conditions a request may put on an object: its ETag, its age, and which of its bytes are wanted."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from sandbox.store.errors import StoreError
from sandbox.store.files import Stored
from sandbox.store.request import StoreRequest

COPIED = "x-cos-copy-source-"  # what a copy puts before the names of its source's conditions


def check(headers: Mapping[str, str], stored: Stored, *, prefix: str = "") -> None:
    """If-Match and If-Unmodified-Since. Raises StoreError PreconditionFailed."""
    match = headers.get(f"{prefix}if-match")
    since = moment(headers.get(f"{prefix}if-unmodified-since"))
    if (match and not names(match, stored)) or (
        not match and since is not None and int(stored.modified) > since
    ):
        raise StoreError("PreconditionFailed", "The specified precondition is not met.")


def unchanged(headers: Mapping[str, str], stored: Stored, *, prefix: str = "") -> bool:
    """Whether If-None-Match or If-Modified-Since say that the object need not be sent."""
    none_match = headers.get(f"{prefix}if-none-match")
    if none_match:
        return names(none_match, stored)
    since = moment(headers.get(f"{prefix}if-modified-since"))
    return since is not None and int(stored.modified) <= since


def span(request: StoreRequest, stored: Stored) -> tuple[int, int, int]:
    """HTTP status, first byte and number of bytes that Range asks for. Raises StoreError InvalidRange."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    condition = request.headers.get("if-range")
    stale = (
        condition is not None and not names(condition, stored) and moment(condition) != int(stored.modified)
    )
    if found is None or not (found[1] or found[2]) or stale:
        return 200, 0, stored.size
    if found[1]:
        start, last = int(found[1]), min(int(found[2] or stored.size), stored.size - 1)
    else:
        start, last = max(0, stored.size - int(found[2])), stored.size - 1
    if start > last:
        raise StoreError("InvalidRange", "The requested range cannot be satisfied.")
    return 206, start, last - start + 1


def names(condition: str, stored: Stored) -> bool:
    """Whether one of the condition's ETags is the object's."""
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in condition.split(",")}
    return stored.etag in tags or "*" in tags


def moment(text: str | None) -> float | None:
    """An HTTP date as seconds since 1970, None for anything else."""
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except ValueError:
        return None
