"""Looks into songs of the bucket before they are sent: a video, or a codec that TMP may not read, is said."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from accounts.clients import bucket_for
from accounts.contents import Contents, look_into
from accounts.encryption import CannotOpen
from accounts.models import Account
from tencent.bucket import Bucket
from tencent.errors import BucketError, BucketUnreachable

# While a person waits: files, seconds in all and for one request. The others are looked into by a worker.
MOST_FILES = 100
MOST_SECONDS = 6.0
REQUEST_SECONDS = 3.0
AT_ONCE = 12


@dataclass(frozen=True, kw_only=True)
class Look:
    """What some paths of the bucket hold: `odd` ones by path, those that TMP may not take as they are; and
    the paths that nobody had the time to look into."""

    odd: dict[str, Contents] = field(default_factory=dict)
    unseen: list[str] = field(default_factory=list)


def look_at(bucket: Bucket, path: str, *, seconds: float = 60.0) -> tuple[Contents | None, int]:
    """What one file holds, None for what is no media that we know, and its size. Raises BucketError."""
    first, size = bucket.read_at(path, 0, 1, seconds=seconds)

    def read(start: int, length: int) -> bytes:
        return bucket.read_at(path, start, length, seconds=seconds)[0]

    return look_into(read, size) if first else None, size


def look(account: Account, paths: Sequence[str]) -> Look:
    """Look into files while a person waits. What cannot be read now is sent as it is: TMP has its own say."""
    try:
        bucket = bucket_for(account)
    except (BucketError, CannotOpen):
        return Look()
    odd, unseen = dict[str, Contents](), list(paths[MOST_FILES:])
    until = time.monotonic() + MOST_SECONDS
    pool = ThreadPoolExecutor(min(AT_ONCE, max(1, len(paths))), thread_name_prefix="look")
    running: dict[Future[Contents | None], str] = {
        pool.submit(_seen, bucket, path, until): path for path in paths[:MOST_FILES]
    }
    wait(running, timeout=MOST_SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    for future, path in running.items():
        if not future.done() or future.cancelled() or isinstance(future.exception(), TimeoutError):
            unseen.append(path)
        elif (contents := future.result()) and not contents.is_plain:
            odd[path] = contents
    return Look(odd=odd, unseen=unseen)


def _seen(bucket: Bucket, path: str, until: float) -> Contents | None:
    """Raises TimeoutError when there is no time left to ask."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    try:
        return look_at(bucket, path, seconds=min(REQUEST_SECONDS, left))[0]
    except BucketUnreachable:
        raise TimeoutError from None
    except BucketError:
        return None
