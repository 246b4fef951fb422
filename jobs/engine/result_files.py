"""The files that an answer names, in the job's bucket: within bounds of size, number and time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings

from accounts import clients
from accounts.encryption import CannotOpen
from jobs.models import Job
from jobs.results import OutputFile
from tencent.bucket import Bucket
from tencent.errors import BucketError, BucketUnreachable

T = TypeVar("T")

MOST_FILE_BYTES = 16 * 1024 * 1024
# Of all files that one reading opens.
MOST_BYTES = 64 * 1024 * 1024
MOST_OPENED = 64
# Files whose presence is checked; more are believed.
MOST_CHECKED = 32
# For all that one reading asks of the bucket; less while its last reading used all of that up, so that one
# account's bucket does not keep the results of all others waiting.
STORE_SECONDS = settings.STORE_SECONDS
SLOW_STORE_SECONDS = 5.0
SLOW_FOR_SECONDS = 60.0


class JobFiles:
    """The files of one answer; remembers which were not there. A bucket in trouble counts as so many files
    that are missing. `seconds` is the most that all of it may take."""

    def __init__(self, job: Job, *, destination: str, connect: Callable[[], Bucket], seconds: float) -> None:
        self._account_id = job.account_id
        self._destination = destination
        self._connect = connect
        self._left = min(seconds, _stores.patience(job.account_id))
        self._bytes = 0
        self._opened = 0
        self._bucket: Bucket | None = None
        self._present: set[str] = set()
        self.missing: set[str] = set()

    def open(self, name: str) -> bytes:
        """What is in it. Raises FileNotFoundError, and ValueError for what is too large or too much."""
        key = key_of(self._destination, name)
        most = min(MOST_FILE_BYTES, MOST_BYTES - self._bytes)
        if self._opened >= MOST_OPENED or most <= 0:
            raise ValueError(name)
        self._opened += 1
        try:
            content = self._ask(lambda bucket, seconds: bucket.read(key, most, seconds=seconds))
        except BucketError as error:
            if error.code == "TooLarge":
                self._present.add(key)
                raise ValueError(name) from None
            self.missing.add(key)
            raise FileNotFoundError(name) from None
        self._present.add(key)
        self._bytes += len(content)
        return content

    def check(self, files: tuple[OutputFile, ...]) -> None:
        """Look whether they are there, as far as that is not known yet."""
        for file in files[:MOST_CHECKED]:
            if file.path not in self.missing | self._present:
                self._check(file.path)

    def _check(self, key: str) -> None:
        try:
            self._ask(lambda bucket, seconds: bucket.head(key, seconds=seconds))
        except BucketError:
            self.missing.add(key)

    def _ask(self, ask: Callable[[Bucket, float], T]) -> T:
        if self._left <= 0:
            raise BucketUnreachable(code="deadline")
        started = time.monotonic()
        try:
            if self._bucket is None:
                self._bucket = self._connect()
            return ask(self._bucket, self._left)
        finally:
            self._left -= time.monotonic() - started
            _stores.note(self._account_id, is_slow=self._left <= 0)


class _Stores:
    """Which accounts' buckets have just used up all their time; each process learns for itself."""

    def __init__(self) -> None:
        self._slow_until: dict[Any, float] = {}

    def patience(self, account_id: Any) -> float:
        is_slow = time.monotonic() < self._slow_until.get(account_id, 0.0)
        return SLOW_STORE_SECONDS if is_slow else STORE_SECONDS

    def note(self, account_id: Any, *, is_slow: bool) -> None:
        if is_slow:
            self._slow_until[account_id] = time.monotonic() + SLOW_FOR_SECONDS
        else:
            self._slow_until.pop(account_id, None)


_stores = _Stores()


def key_of(destination: str, name: str) -> str:
    """The object key of a file named in an answer, relative to the destination or, as nobody knows, with it:
    keys begin without a slash, and nothing climbs out."""
    folder, parts = _parts(destination), _parts(name)
    is_whole = folder and len(parts) > len(folder) and parts[: len(folder)] == folder
    return "/".join(parts if is_whole else [*folder, *parts])


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".", "..")]


def connector(job: Job) -> Callable[[], Bucket]:
    """Opens the keys now, where the database is, and says what is wrong only when a file is wanted."""
    try:
        bucket = clients.bucket_for(job.account)
    except (BucketError, CannotOpen, ValueError) as error:
        trouble = error if isinstance(error, BucketError) else BucketError(code=type(error).__name__)

        def fail() -> Bucket:
            raise trouble

        return fail
    return lambda: bucket
