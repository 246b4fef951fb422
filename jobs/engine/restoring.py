"""After a database was put back from a backup: what waited then may have been sent since."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from jobs.capabilities import writes_files
from jobs.engine import metering, submitting, wire
from jobs.models import Attempt, Job

State = Job.State
# As error_kind, and as the note of the timeline.
RESTORED, NOTE = "Restored", "restored"
_WHY: dict[str, Any] = {"failed_in": "submit", "error_kind": RESTORED, "error_words": ""}


def distrust_jobs() -> int:
    """Let nothing that may have been sent since the backup be sent by a machine; says how many jobs.

    QUEUED jobs become UNSURE, with the attempt that the lost portal would have made: its folder in the bucket
    is then looked into, as for every unsure job. SUBMITTING ones do, too: whoever sent them is gone. Of
    PREPARING ones nobody knows which song was sent, so they end. All others go on. To be called while no
    worker runs; harmless when repeated.
    """
    Job.objects.filter(state=State.SUBMITTING).update(lease_until=Now())
    count = submitting.repair()
    count += sum(_distrust(job) for job in Job.objects.filter(state=State.QUEUED).select_related("account"))
    for job in Job.objects.filter(state=State.PREPARING):
        count += job.move(State.PREPARING, State.ERROR, note=NOTE, **_WHY)
    return count


@transaction.atomic
def _distrust(job: Job) -> bool:
    if not job.move(State.QUEUED, State.SUBMITTING, note=NOTE):
        return False
    attempt = wire.new_attempt(job, secrets.token_urlsafe(32), metering.today())
    metering.sent(job, attempt)
    Attempt.objects.filter(pk=attempt.pk).update(outcome=Attempt.Outcome.UNSURE)
    first_look = Now() if writes_files(job.capability) else None
    return job.move(State.SUBMITTING, State.UNSURE, note=NOTE, due_at=first_look, **_WHY)
