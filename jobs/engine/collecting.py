"""Turns TMP's answer and the files it names into a result: COLLECTING -> COMPLETED."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from accounts.managing import life
from jobs.capabilities.reading.pointing import Spot
from jobs.engine.reading import READ_SECONDS, NoReader, ReaderLost, Stumbled, readers
from jobs.engine.result_files import STORE_SECONDS, JobFiles, connector, key_of
from jobs.engine.timing import age_of, file_patience, poll_interval
from jobs.engine.work import Work, run
from jobs.models import Job, Signpost, in_seconds
from jobs.results import Result
from jobs.storable import storable, storable_object
from tencent import job_results
from tencent.bucket import Bucket

log = logging.getLogger(__name__)
State = Job.State

# A file that kills its reader, or a worker with it, is given up after so many readings.
MOST_READINGS = 3
# Seconds for which a result waits while no reader can be started at all.
NO_READER_SECONDS = 600.0
# Seconds between two looks for a late file: a quarter of its lateness, within these.
SHORTEST_WAIT, LONGEST_WAIT = 2.0, 15.0
# While a person waits: seconds for reading, and for the bucket.
PERSON_SECONDS = 10.0
NO_READER = "no_reader"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one look at the answer and its files brought; `missing` names files that are not there yet, `lost`
    is why no reader came back: time, memory, size, crash or no_reader."""

    result: Result
    missing: tuple[str, ...] = ()
    lost: str = ""


@dataclass(frozen=True, kw_only=True)
class Collection(Work):
    """One reading of a finished job; `patience` is the most seconds that reader and bucket may each take."""

    job: Job
    found: Any
    destination: str
    connect: Callable[[], Bucket]
    patience: float = max(READ_SECONDS, STORE_SECONDS)
    is_given_up: bool = False
    # Where a person pointed for the account's answers.
    spot: Spot | None = None

    def call(self) -> Reading:
        """A result even from an answer that a capability cannot cope with: TMP's own values are kept."""
        if self.is_given_up:
            log.error("Nobody came back from reading the result of job %s; it is given up", self.job.pk)
            return Reading(result=_unreadable(self.found))
        files = JobFiles(self.job, destination=self.destination, connect=self.connect, seconds=self.patience)
        lost = ""
        try:
            result = readers().read(
                self.job.capability,
                self.found,
                files.open,
                seconds=self.job.source_seconds,
                spot=self.spot,
                most_seconds=min(self.patience, READ_SECONDS),
            )
        except (NoReader, ReaderLost, Stumbled) as error:
            log.error(
                "The answer of job %s could not be read: %s %s", self.job.pk, type(error).__name__, error
            )
            result, lost = _unreadable(self.found), _how(error)
        placed = tuple(replace(file, path=key_of(self.destination, file.path)) for file in result.files)
        files.check(placed)
        return Reading(result=replace(result, files=placed), missing=tuple(sorted(files.missing)), lost=lost)

    def write(self, reading: Reading) -> None:
        """COMPLETED, or another look soon while a file may still come or another reader may fare better.

        A verification that TMP has finished verifies its account, even if the answer cannot be read.
        """
        if self._is_put_off(reading):
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

    def _is_put_off(self, reading: Reading) -> bool:
        rows = Job.objects.filter(pk=self.job.pk, state=State.COLLECTING, fence=self.job.fence)
        known: dict[str, Any] = {"readings": 0}
        if reading.lost == NO_READER:
            rows, known = _younger(rows, NO_READER_SECONDS), {"readings": F("readings") - 1}
        elif reading.lost:
            if self.job.readings >= MOST_READINGS:
                return False
            known = {}
        elif reading.missing and (self.job.due_at is None or self.job.readings > 1):
            # From the first look on, and anew after one that nobody came back from: before, everybody who
            # could look may have been away.
            known["due_at"] = in_seconds(file_patience(self.job.account))
        elif reading.missing:
            rows = rows.filter(due_at__gt=Now())
        else:
            return False
        shortest = min(SHORTEST_WAIT, poll_interval(self.job.account))
        wait = max(shortest, min(age_of(self.job.changed_at) / 4, LONGEST_WAIT))
        return rows.update(lease_until=in_seconds(wait), **known) == 1


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
    return replace(of(job), is_given_up=job.readings > MOST_READINGS) if job else None


def collect(job_id: Any) -> None:
    """Read the result of a COLLECTING job that nobody holds."""
    run(take(job_id))


def expired_ids(limit: int) -> list[Any]:
    """Jobs whose worker died, and those that wait for a file; those that have waited longest first."""
    rows = Job.objects.expired().filter(state=State.COLLECTING).order_by("lease_until")
    return list(rows.values_list("pk", flat=True)[:limit])


def of(job: Job) -> Collection:
    """The work to do on a row that the caller holds."""
    signpost = Signpost.objects.of(job.account, job.capability)
    return Collection(
        job=job,
        found=found_in(job.raw_answer, job.capability),
        destination=destination_of(job),
        connect=connector(job),
        spot=signpost.spot() if signpost else None,
    )


def found_in(raw_answer: Any, key: str) -> Any:
    """TMP's answer for the capability `key`; a result without its name as it is, so that nothing is lost;
    None where there is none."""
    outputs = _outputs(raw_answer)
    found = job_results.found_in(outputs, key)
    if found is not None:
        return found
    nameless = (
        each for each in job_results.results_in(outputs) if not (isinstance(each, dict) and key in each)
    )
    return next((each for each in nameless if each not in ({}, [], "")), None)


def destination_of(job: Job) -> str:
    """Where the files lie: TMP's word first (client: Go), else what the accepted attempt asked for."""
    for output in _outputs(job.raw_answer):
        if isinstance(output.get("destination"), str) and output["destination"]:
            return str(output["destination"])
    accepted = job.attempts.exclude(tmp_id="").filter(tmp_id=job.tmp_id).last()
    return accepted.destination if accepted else job.destination


def _how(error: Exception) -> str:
    """Why nobody came back; a capability that stumbled did, and would stumble again."""
    if isinstance(error, ReaderLost):
        return error.how
    return NO_READER if isinstance(error, NoReader) else ""


def _unreadable(found: Any) -> Result:
    values = found if isinstance(found, dict) else {"answer": found}
    return Result(values=values, note="unreadable")


def _noted(reading: Reading) -> Result:
    """The result as it is kept: what was waited for in vain is said, what no page can show is left out."""
    result = reading.result
    if reading.missing and not result.note:
        result = replace(result, note="file_missing")
    values = storable_object(result.values)
    return replace(result, values=values, note=result.note or ("too_large" if "too_large" in values else ""))


def _younger(rows: Any, seconds: float) -> Any:
    """Those that TMP finished less than so long ago, by database time."""
    return rows.filter(changed_at__gt=in_seconds(-seconds))


def _outputs(raw_answer: Any) -> list[dict[str, Any]]:
    outputs = raw_answer.get("outputs") if isinstance(raw_answer, dict) else None
    return [each for each in outputs if isinstance(each, dict)] if isinstance(outputs, list) else []


def read_again(job: Job) -> bool:
    """Read the result of a COMPLETED job once more from what TMP answered, without changing its state.

    For a person who waits: within about 20 seconds. Says whether there is a new result; what was good stays
    when bucket or reader fail now.
    """
    if job.state != State.COMPLETED or not job.raw_answer or "too_large" in job.raw_answer:
        return False
    again = replace(of(job), patience=PERSON_SECONDS).call()
    if job.result and (again.lost or (again.missing and not job.result.get("note"))):
        return False
    result = storable(_noted(again).to_json())
    won = Job.objects.filter(pk=job.pk, state=State.COMPLETED).update(result=result, changed_at=Now()) == 1
    job.refresh_from_db()
    return won
