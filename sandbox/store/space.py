"""Keeps the store within a size, because a disk that is full takes more than the sandbox along."""

import errno
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sandbox import assumptions as tmp
from sandbox.database import Database
from sandbox.store.errors import StoreError

TABLES = ("object", "part", "late")
# What a file system says that takes no more: it is full, a quota is used up, no file may be larger.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def full_disk_told() -> Iterator[None]:
    """A disk that takes no more is a StoreError like that of a full store."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise StoreError(tmp.FULL_STORE, "The disk below the sandbox's store is full.") from error


class Space:
    """At most `most` bytes (None: no limit) in objects, parts, and what is on its way into them."""

    def __init__(self, database: Database, most: int | None) -> None:
        self._database, self._most = database, most
        self._lock, self._arriving = threading.Lock(), 0

    def held(self) -> int:
        """Bytes of all objects and parts."""
        sizes = " union all ".join(f"select size from {table}" for table in TABLES)  # noqa: S608  (names of our own, values are parameters)
        row = self._database.one(f"select coalesce(sum(size), 0) size from ({sizes})")  # noqa: S608  (names of our own, values are parameters)
        return int(row["size"]) if row else 0

    @contextmanager
    def taking(self) -> Iterator[Callable[[int], None]]:
        """A function that is to be told of every piece before it is written, in bytes; it raises StoreError
        when there is no room for it, also on the disk.

        What others finish meanwhile is not seen: those that write at once may together go beyond the limit.
        """
        held = 0 if self._most is None else self.held()
        mine = 0

        def take(size: int) -> None:
            nonlocal mine
            with self._lock:
                mine += size
                self._arriving += size
                full = self._most is not None and held + self._arriving > self._most
            if full:
                raise StoreError(tmp.FULL_STORE, "The sandbox's store is full.")

        try:
            with full_disk_told():
                yield take
        finally:
            with self._lock:
                self._arriving -= mine
