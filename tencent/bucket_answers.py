"""What the store answers, read into values of ours: objects, listings, downloads, who may see a bucket."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from tencent.bucket_door import CHUNK_BYTES, errors_mapped
from tencent.errors import BucketRefused
from tencent.formats import LONGEST_KEY_BYTES

Exposure = Literal["private", "public_read", "public_write"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One object: `size` in bytes, `modified` aware in UTC, `etag` without quotes, `crc` its CRC-64 as the
    store writes it, "" in listings and where it has none."""

    key: str
    size: int
    modified: datetime
    etag: str
    crc: str = ""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of a listing; `folders` are common prefixes ending in the delimiter, `next_marker` "" at the
    end."""

    entries: list[Entry]
    folders: list[str]
    next_marker: str


class Opened:
    """An object being read: `http_state` 200 or 206, header names in lower case, bytes as stored. Close
    it."""

    def __init__(self, *, headers: dict[str, str], raw: Any) -> None:
        self.headers = headers
        self.http_state = 206 if "content-range" in headers else 200
        self.chunks: Iterator[bytes] = self._read()
        self._raw = raw

    def close(self) -> None:
        """Ends the download; harmless when it has ended already."""
        self._raw.close()

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self) -> Iterator[bytes]:
        with errors_mapped():
            yield from self._raw.stream(CHUNK_BYTES, decode_content=False)


def fit(key: str) -> str:
    """The key, when a URL can carry it; else raises BucketRefused. A last segment of dots would be folded
    away on the wire and turn a request about the object into one about the bucket."""
    unfit = not key or key[0] in "/\\" or key.rpartition("/")[2] in (".", "..")
    if unfit or re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", key) or len(key.encode()) > LONGEST_KEY_BYTES:
        raise BucketRefused(code="unfit")
    return key


def listed(item: Mapping[str, Any]) -> Entry:
    """One `Contents` member of a listing."""
    return Entry(
        key=item["Key"],
        size=int(item["Size"]),
        modified=datetime.fromisoformat(item["LastModified"]).astimezone(UTC),
        etag=item["ETag"].strip('"'),
    )


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with their names in lower case: the store is seen to change the case of ETag."""
    return {name.lower(): value for name, value in headers.items()}


def exposure_of(acl: Mapping[str, Any]) -> Exposure:
    """Whom an ACL lets in besides the owner (doc: PUT Bucket acl): everyone is a group whose URI ends in
    /AllUsers, or the user `anyone:anyone`."""
    grants = (acl.get("AccessControlList") or {}).get("Grant") or []
    public = {grant.get("Permission") for grant in grants if _is_everyone(grant.get("Grantee") or {})}
    if public & {"WRITE", "FULL_CONTROL"}:
        return "public_write"
    return "public_read" if "READ" in public else "private"


def _is_everyone(grantee: Mapping[str, Any]) -> bool:
    is_anyone = str(grantee.get("ID") or "").endswith("anyone:anyone")
    return is_anyone or str(grantee.get("URI") or "").endswith("/AllUsers")
