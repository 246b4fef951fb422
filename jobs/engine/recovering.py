"""Looks for what an UNSURE job may have left in the bucket: a file at its own destination is proof."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.engine import confirming, metering
from jobs.engine.polling import next_refresh
from jobs.engine.result_files import connector, key_of
from jobs.engine.timing import age_of, file_patience, poll_interval
from jobs.engine.work import Work
from jobs.models import Attempt, Job, in_seconds
from tencent.bucket import Bucket, Entry
from tencent.errors import BucketError

State = Job.State
Outcome = Attempt.Outcome
MOST_FILES = 100
# For all that one look asks of the bucket.
STORE_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Files under the destination of one attempt, named relative to it."""

    attempt: Attempt
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Recovery(Work):
    """One look into the bucket for one job."""

    job: Job
    attempts: tuple[Attempt, ...]
    connect: Callable[[], Bucket]

    def call(self) -> Evidence | None:
        """The files of the first attempt that has any, once none of them is young; None otherwise."""
        until = time.monotonic() + STORE_SECONDS
        for attempt in self.attempts:
            prefix = key_of(attempt.destination, "") + "/"
            seconds = max(0.1, until - time.monotonic())
            try:
                bucket = self.connect()
                listing = bucket.list(prefix, delimiter="", limit=MOST_FILES, seconds=seconds)
            except BucketError:
                return None
            files = [entry for entry in listing.entries if entry.key != prefix]
            if files:
                names = tuple(entry.key.removeprefix(prefix) for entry in files)
                is_complete = self._is_complete(files, ahead=bucket.clock_skew_s or 0.0)
                return Evidence(attempt=attempt, names=names) if is_complete else None
        return None

    def write(self, evidence: Evidence | None) -> None:
        """UNSURE -> COLLECTING: the job ran, though its id at TMP stays unknown. An engine then reads it."""
        if evidence is None:
            return
        won = self.job.move(
            State.UNSURE,
            State.COLLECTING,
            lease=0.0,
            due_at=None,
            note="found_output",
            detail={"files": list(evidence.names)},
            raw_answer=_answer(self.job, evidence),
            failed_in="",
            error_kind="",
            error_words="",
        )
        if won:
            metering.accepted(self.job, evidence.attempt)

    def _is_complete(self, files: list[Entry], *, ahead: float) -> bool:
        """TMP may still be writing while the newest file is young, by the store's clock, which is so many
        seconds ahead of ours."""
        quiet = timedelta(seconds=file_patience(self.job.account) - ahead)
        return max(entry.modified for entry in files) < timezone.now() - quiet


def take_unsure(limit: int) -> list[Work]:
    """UNSURE jobs whose time to be looked for has come; to claim is to reschedule, ever further apart.

    Of a job that TMP called about, TMP is asked too.
    """
    young = in_seconds(-settings.GIVE_UP_SECONDS)
    with transaction.atomic():
        jobs = list(
            Job.objects.unsure_due()
            .filter(changed_at__gt=young)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("account")
            .order_by("due_at")[:limit]
        )
        for job in jobs:
            Job.objects.filter(pk=job.pk).update(due_at=in_seconds(_next_look(job)))
    asked = [confirming.confirmation(job) for job in jobs]
    return [*filter(None, asked), *(_recovery(job) for job in jobs)]


def _next_look(job: Job) -> float:
    """A tenth of the age: output that has not come for an hour is not looked for every second."""
    return next_refresh(max(2 * poll_interval(job.account), min(age_of(job.changed_at) / 10, 600.0)))


def _recovery(job: Job) -> Recovery:
    # An answer that came when another attempt was made already proves something, too.
    attempts = job.attempts.filter(outcome__in=(Outcome.UNSURE, Outcome.ACCEPTED)).order_by("-number")
    return Recovery(job=job, attempts=tuple(attempts), connect=connector(job))


def _answer(job: Job, evidence: Evidence) -> dict[str, Any]:
    """What TMP's own answer would have told of the files, in its form."""
    found = {"outputFileNames": list(evidence.names)}
    output = {"destination": evidence.attempt.destination, "smartContentResult": {job.capability: found}}
    return {"recovered": True, "outputs": [output]}
