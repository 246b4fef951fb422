"""Makes the song of a PREPARING job ready: copied into the bucket, its sound taken out. Then it is QUEUED.

Nothing here costs money, so what fails for want of an answer is tried again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.db.models.functions import Now

from accounts import clients
from accounts.contents import Contents
from accounts.encryption import CannotOpen
from accounts.models import Song
from jobs.addresses import own_store
from jobs.engine import converting
from jobs.engine.converting import NotConverted
from jobs.engine.fetching import copy, seconds_for
from jobs.looking import look_at
from jobs.models import Job, Preparation, in_seconds
from tencent.bucket import Bucket
from tencent.errors import BucketError, BucketUnreachable
from tencent.outgoing import Door
from tencent.targets import OutgoingError, Unreached

log = logging.getLogger(__name__)
State, Step = Job.State, Preparation.Step

MOST_TRIES = 3
# Seconds before the second try; four times as many before the third.
WAIT_SECONDS = 5.0
# Between two looks whether the row is still ours, and two lines about how far it is.
REPORT_SECONDS = 1.0
NOT_PREPARED = "NotPrepared"


class Stopped(Exception):
    """The worker ends; the next one begins anew."""


class Lost(Exception):
    """The row is not ours any more: canceled, or another worker's."""


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What is to be sent: `path` in the bucket, `note` for the timeline, and its length where known."""

    path: str
    note: str
    seconds: float | None


def due_ids(limit: int) -> list[Any]:
    """Jobs to prepare now, the longest waiting first, each account getting its turn."""
    rows = Job.objects.to_prepare().order_by()
    accounts = list(rows.values_list("account", flat=True).distinct()[:limit])
    each = max(1, limit // max(1, len(accounts)))
    return [
        key
        for account in accounts
        for key in rows.filter(account=account)
        .order_by("created_at", "position", "pk")
        .values_list("pk", flat=True)[:each]
    ]


def prepare(job_id: Any, is_stopping: Callable[[], bool] = lambda: False) -> None:
    """Make one job's song ready, if nobody is at it."""
    work = _taken(job_id, is_stopping)
    if work is None:
        return
    try:
        work.settle(work.call())
    except Lost:
        log.info("Job %s was taken away while its song was prepared", job_id)
    except Stopped:
        work.put_back()
    except (OutgoingError, BucketError, NotConverted, CannotOpen) as error:
        work.fail(error)


def _taken(job_id: Any, is_stopping: Callable[[], bool]) -> _Work | None:
    rows = Job.objects.to_prepare().filter(pk=job_id)
    if rows.update(lease_until=in_seconds(settings.LEASE_SECONDS), fence=F("fence") + 1) != 1:
        return None
    Preparation.objects.filter(job=job_id).update(tries=F("tries") + 1, step=Step.WAITING, done=0, total=None)
    job = Job.objects.select_related("account", "owner", "preparation").filter(pk=job_id).first()
    if job is None:
        return None
    work = _Work(job, is_stopping)
    if job.preparation.tries <= MOST_TRIES:
        return work
    work.give_up("tries")
    return None


class _Work:
    """One try at one song."""

    def __init__(self, job: Job, is_stopping: Callable[[], bool]) -> None:
        self._job = job
        self._wish: Preparation = job.preparation
        self._is_stopping = is_stopping
        self._reported = float("-inf")

    def call(self) -> Ready:
        """Copy, look and convert, as far as that is wished and not done yet."""
        bucket = clients.bucket_for(self._job.account)
        path = self._wish.original_path or self._job.source_path
        note = "as_it_is"
        if self._wish.url and not path:
            path, note = self._copied(bucket), "copied"
        if not self._wish.as_audio:
            return Ready(path=path, note=note, seconds=self._job.source_seconds)
        found, size = self._looked(bucket, path)
        if found is None or found.is_plain:
            return Ready(path=path, note=note, seconds=self._job.source_seconds)
        if not converting.can_convert():
            return Ready(path=path, note="not_converted", seconds=self._job.source_seconds)
        return self._converted(bucket, path, found, size)

    def settle(self, ready: Ready) -> None:
        """QUEUED, with what is to be sent."""
        self._write(step=Step.WAITING, ended_at=Now())
        won = self._job.move(
            State.PREPARING,
            State.QUEUED,
            fence=self._job.fence,
            note=ready.note,
            source_kind=Job.SourceKind.BUCKET,
            source_path=ready.path,
            source_url="",
            source_seconds=ready.seconds,
            failed_in="",
            error_kind="",
            error_words="",
        )
        if not won:
            raise Lost

    def fail(self, error: Exception) -> None:
        """Again in a while what went unanswered; ERROR with a word for it otherwise."""
        cause = _cause_of(error)
        may_help = isinstance(error, Unreached | BucketUnreachable | CannotOpen)
        if not may_help or self._wish.tries >= MOST_TRIES:
            self.give_up(cause)
            return
        wait = WAIT_SECONDS * 4 ** (self._wish.tries - 1)
        self._rows().update(
            lease_until=in_seconds(wait), failed_in="prepare", error_kind=NOT_PREPARED, error_words=cause
        )

    def give_up(self, cause: str) -> None:
        """ERROR: nothing was sent to TMP."""
        self._job.move(
            State.PREPARING,
            State.ERROR,
            fence=self._job.fence,
            note="not_prepared",
            failed_in="prepare",
            error_kind=NOT_PREPARED,
            error_words=cause,
        )

    def put_back(self) -> None:
        """For another worker, at once, as if it had not been begun."""
        if self._rows().update(lease_until=None) == 1:
            Preparation.objects.filter(job=self._job.pk).update(tries=F("tries") - 1, step=Step.WAITING)

    def _copied(self, bucket: Bucket) -> str:
        self._begin(Step.COPYING)
        door = Door(trusted_origin=own_store(self._job.account))
        made = copy(door, self._wish.url, bucket, stem=self._stem("copies"), report=self._report)
        self._remember(made.path, self._job.source_name, made.size, None)
        self._write(original_path=made.path)
        return made.path

    def _looked(self, bucket: Bucket, path: str) -> tuple[Contents | None, int]:
        self._begin(Step.LOOKING)
        found, size = look_at(bucket, path)
        if found:
            self._write(found=asdict(found), original_path=path)
        return found, size

    def _converted(self, bucket: Bucket, path: str, found: Contents, size: int) -> Ready:
        if found.is_silent:
            raise NotConverted("no_sound")
        if size > settings.PREPARE_MAX_BYTES:
            raise NotConverted("too_large")
        self._begin(Step.CONVERTING)
        made = f"{self._stem('sounds')}.sound.wav"
        with bucket.in_parts(made, "audio/wav") as parts:
            sound = converting.convert(
                bucket,
                path,
                container=found.container,
                size=size,
                write=parts.write,
                report=self._report,
                seconds=converting.CPU_SECONDS + seconds_for(size),
            )
            parts.finish(beginning=sound.header)
        length = len(sound.header) + 2 * sound.channels * sound.samples
        self._remember(made, f"{self._job.source_name[:245]}.sound.wav", length, sound.seconds)
        return Ready(path=made, note="converted", seconds=sound.seconds)

    def _stem(self, folder: str) -> str:
        """The same at every try, so that a second one leaves nothing of the first beside it."""
        return f"{folder}/{self._job.created_at:%Y/%m}/{self._job.pk}"

    def _remember(self, path: str, name: str, size: int, seconds: float | None) -> None:
        """By what name the library knows it."""
        known = {"uploader": self._job.owner, "name": name, "size": size, "seconds": seconds}
        Song.objects.update_or_create(account=self._job.account, path=path, defaults=known)

    def _begin(self, step: str) -> None:
        self._write(step=step, done=0, total=None)

    def _report(self, done: int, total: int | None) -> None:
        """Now and then, to whoever looks at the job; and look whether it is still ours. A database that is
        away for a moment stops nothing: the lease does."""
        if self._is_stopping():
            raise Stopped
        if time.monotonic() - self._reported < REPORT_SECONDS:
            return
        self._reported = time.monotonic()
        try:
            self._write(done=done, total=total)
        except (OperationalError, InterfaceError):
            log.warning("The database is away while a song is prepared")

    def _write(self, **fields: Any) -> None:
        """Raises Lost."""
        if self._is_stopping():
            raise Stopped
        if self._rows().update(lease_until=in_seconds(settings.LEASE_SECONDS)) != 1:
            raise Lost
        Preparation.objects.filter(job=self._job.pk).update(**fields)

    def _rows(self) -> Any:
        return Job.objects.filter(pk=self._job.pk, state=State.PREPARING, fence=self._job.fence)


def _cause_of(error: Exception) -> str:
    """A word of jobs.preparing_sentences."""
    if isinstance(error, OutgoingError | NotConverted):
        return error.cause
    if isinstance(error, BucketError):
        return "NoSuchKey" if error.code == "NoSuchKey" else "bucket"
    return type(error).__name__
