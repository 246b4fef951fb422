"""Turns TMP's answer and the files it names into a result: COLLECTING -> COMPLETED."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from accounts import clients
from accounts.encryption import CannotOpen
from accounts.managing import life
from jobs.capabilities import capability
from jobs.engine.timing import age_of, file_patience, poll_interval
from jobs.engine.work import Work, run
from jobs.models import Job, in_seconds
from jobs.results import OutputFile, Result
from jobs.storable import storable, storable_object
from tencent.bucket import Bucket
from tencent.errors import BucketError, BucketMissing

log = logging.getLogger(__name__)
State = Job.State

MOST_FILE_BYTES = 16 * 1024 * 1024
# Files whose presence is checked; more are believed.
MOST_CHECKED = 32


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one look at the answer and its files brought; `missing` names files that are not there yet."""

    result: Result
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Collection(Work):
    """One reading of a finished job."""

    job: Job
    found: Any
    destination: str
    connect: Callable[[], Bucket]

    def call(self) -> Reading:
        """Read the answer and every file it needs; a bucket in trouble counts as files that are missing."""
        return read_answer(self.job, self.found, destination=self.destination, connect=self.connect)

    def write(self, reading: Reading) -> None:
        """COMPLETED, or another look soon while files are missing and there is patience left.

        A verification that TMP has finished verifies its account, even if the answer cannot be read.
        """
        if reading.missing and age_of(self.job.changed_at) < file_patience(self.job.account):
            again = in_seconds(min(2.0, poll_interval(self.job.account)))
            _held(self.job).update(lease_until=again)
            return
        result = _noted(reading)
        won = self.job.move(
            State.COLLECTING,
            State.COMPLETED,
            fence=self.job.fence,
            note=result.note[:40],
            result=storable(result.to_json()),
        )
        if won and self.job.is_verification:
            life.mark_verified(self.job.account)


def take(job_id: Any) -> Collection | None:
    """A COLLECTING job that nobody holds; None when there is nothing to take."""
    rows = Job.objects.expired().filter(pk=job_id, state=State.COLLECTING)
    if (
        rows.update(
            lease_until=in_seconds(settings.LEASE_SECONDS), fence=F("fence") + 1, readings=F("readings") + 1
        )
        != 1
    ):
        return None
    job = Job.objects.select_related("account").filter(pk=job_id).first()
    return of(job) if job else None


def collect(job_id: Any) -> None:
    """Read the result of a COLLECTING job that nobody holds."""
    run(take(job_id))


def expired_ids(limit: int) -> list[Any]:
    """Jobs whose reader died, and those that wait for a file."""
    return list(Job.objects.expired().filter(state=State.COLLECTING).values_list("pk", flat=True)[:limit])


def take_expired(limit: int) -> list[Collection]:
    """Jobs whose reader died, and those that wait for a file."""
    ids = Job.objects.expired().filter(state=State.COLLECTING).values_list("pk", flat=True)[:limit]
    return [taken for taken in map(take, list(ids)) if taken is not None]


def of(job: Job) -> Collection:
    """The work to do on a row that the caller holds."""
    return Collection(
        job=job,
        found=found_in(job.raw_answer, job.capability),
        destination=destination_of(job),
        connect=connector(job),
    )


def found_in(raw_answer: Any, key: str) -> Any:
    """`smartContentResult.<key>` of the first output that has one, None otherwise."""
    for output in _outputs(raw_answer):
        held = output.get("smartContentResult")
        if isinstance(held, dict) and held.get(key) is not None:
            return held[key]
    return None


def destination_of(job: Job) -> str:
    """Where the files lie: TMP's word first (client: Go), else what the accepted attempt asked for."""
    for output in _outputs(job.raw_answer):
        if isinstance(output.get("destination"), str) and output["destination"]:
            return str(output["destination"])
    accepted = job.attempts.exclude(tmp_id="").filter(tmp_id=job.tmp_id).last()
    return accepted.destination if accepted else job.destination


def read_answer(job: Job, found: Any, *, destination: str, connect: Callable[[], Bucket]) -> Reading:
    """A result even from an answer that a capability cannot cope with: TMP's own values are kept."""
    files = _Files(destination=destination, connect=connect)
    try:
        result = capability(job.capability).read(found, files.open, seconds=job.source_seconds)
    except Exception:
        log.exception("The capability %s could not read the answer of job %s", job.capability, job.pk)
        values = found if isinstance(found, dict) else {"answer": found}
        result = Result(values=values, note="unreadable")
    placed = tuple(replace(file, path=key_of(destination, file.path)) for file in result.files)
    files.check(placed)
    return Reading(result=replace(result, files=placed), missing=tuple(sorted(files.missing)))


def key_of(destination: str, name: str) -> str:
    """The object key of a file named in an answer: keys begin without a slash, and nothing climbs out."""
    parts = f"{destination}/{name}".split("/")
    return "/".join(part for part in parts if part not in ("", ".", ".."))


class _Files:
    """The files of one answer; remembers which were not there."""

    def __init__(self, *, destination: str, connect: Callable[[], Bucket]) -> None:
        self._destination = destination
        self._connect = connect
        self._bucket: Bucket | None = None
        self.missing: set[str] = set()

    def open(self, name: str) -> bytes:
        key = key_of(self._destination, name)
        try:
            return self._opened().read(key, MOST_FILE_BYTES)
        except BucketMissing:
            self.missing.add(key)
            raise FileNotFoundError(name) from None
        except BucketError as error:
            if error.code == "TooLarge":
                raise ValueError(name) from None
            self.missing.add(key)
            raise FileNotFoundError(name) from None

    def check(self, files: tuple[OutputFile, ...]) -> None:
        for file in files[:MOST_CHECKED]:
            if file.path not in self.missing:
                try:
                    self._opened().head(file.path)
                except BucketError:
                    self.missing.add(file.path)

    def _opened(self) -> Bucket:
        if self._bucket is None:
            self._bucket = self._connect()
        return self._bucket


def _noted(reading: Reading) -> Result:
    """The result as it is kept: what was waited for in vain is said, what no page can show is left out."""
    result = reading.result
    if reading.missing and not result.note:
        result = replace(result, note="file_missing")
    values = storable_object(result.values)
    return replace(result, values=values, note=result.note or ("too_large" if "too_large" in values else ""))


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


def _held(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, state=State.COLLECTING, fence=job.fence)


def _outputs(raw_answer: Any) -> list[dict[str, Any]]:
    outputs = raw_answer.get("outputs") if isinstance(raw_answer, dict) else None
    return [each for each in outputs if isinstance(each, dict)] if isinstance(outputs, list) else []


def read_again(job: Job) -> bool:
    """Read the result of a COMPLETED job once more from what TMP answered, without changing its state."""
    if job.state != State.COMPLETED or not job.raw_answer or "too_large" in job.raw_answer:
        return False
    reading = of(job).call()
    result = storable(_noted(reading).to_json())
    won = Job.objects.filter(pk=job.pk, state=State.COMPLETED).update(result=result, changed_at=Now()) == 1
    job.refresh_from_db()
    return won
