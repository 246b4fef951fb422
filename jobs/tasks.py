"""Celery's names for the engine: messages carry an id or nothing, the row is the work."""

from __future__ import annotations

import threading

from celery import shared_task
from django.db import transaction

from jobs import poller, services
from jobs.models import Job, Pulse

# One sweep is at work and one may overlap it; more would only queue up behind a gateway that hangs.
_sweeping = threading.BoundedSemaphore(2)


@shared_task
def submit_job(job_id: str) -> None:
    """Send one job now rather than at the next sweep."""
    services.submit(job_id)


@shared_task
def sweep() -> None:
    """See jobs.poller. The worker's sign of life comes first: it is alive even while every sweep hangs."""
    Pulse.objects.feel(Pulse.WORKER)
    if not _sweeping.acquire(blocking=False):
        return
    try:
        poller.sweep()
    finally:
        _sweeping.release()


def enqueue(job: Job) -> None:
    """Have `job` sent once its row is committed. A broker that is down is logged: a sweep finds the row."""
    job_id = str(job.pk)
    transaction.on_commit(lambda: submit_job.apply_async((job_id,), retry=False), robust=True)
