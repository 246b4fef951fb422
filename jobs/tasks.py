"""Celery's names for the engine: messages carry an id or nothing, the row is the work."""

from __future__ import annotations

import threading

from celery import shared_task
from django.db import transaction

from jobs import keeping, signposts
from jobs.counting import count_ended
from jobs.engine import sweeping
from jobs.engine.loop import engine
from jobs.models import Job, Pulse, Signpost

# One sweep is at work and one may overlap it; more would only queue up behind a bucket that hangs.
_sweeping = threading.BoundedSemaphore(2)


@shared_task
def submit_job(job_id: str) -> None:
    """There is a job to send: the engine of this worker need not wait for its next turn."""
    engine.wake()


@shared_task
def sweep() -> None:
    """See jobs.engine.sweeping. An engine that has ended is started again, where this is its worker."""
    if engine.was_started:
        engine.start()
    if not _sweeping.acquire(blocking=False):
        return
    try:
        Pulse.objects.feel(Pulse.SWEEP)
        for signpost_id in Signpost.objects.unspread().values_list("pk", flat=True):
            spread_soon(signpost_id)
        sweeping.sweep()
        count_ended()
    finally:
        _sweeping.release()


@shared_task
def tidy() -> None:
    """Let go of jobs and answers that are older than the settings say; a second."""
    keeping.tidy()


@shared_task
def spread(signpost_id: int) -> None:
    """Read old results as a person pointed; the next sweep goes on where this one stops."""
    signposts.spread(signpost_id)


def spread_soon(signpost_id: int) -> None:
    """Have old results read once the signpost is committed; where the broker is down, a sweep asks anew."""
    transaction.on_commit(lambda: spread.apply_async((signpost_id,), retry=False), robust=True)


def enqueue(job: Job) -> None:
    """Have `job` sent once its row is committed. A broker that is down is logged: engines find the row."""
    job_id = str(job.pk)
    transaction.on_commit(lambda: submit_job.apply_async((job_id,), retry=False), robust=True)
