"""A worker process of its own for the tests: makes rows, or sweeps until it is told to stop or is killed."""

from __future__ import annotations

import os
import sys
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "tmpportal.settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from jobs.engine import poller  # noqa: E402
from jobs.models import Job  # noqa: E402
from tests.factories import make_account, make_job, make_user  # noqa: E402


def prepare(count: int) -> None:
    """An empty database with `count` queued jobs."""
    call_command("migrate", verbosity=0)
    account = make_account(make_user(), endpoint="sandbox")
    for _ in range(count):
        make_job(account)


def sweep(seconds: float) -> None:
    """As the scheduler would, without a pause."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and Job.objects.live().exists():
        poller.sweep(threads=8, taking_seconds=1.0)
        time.sleep(0.05)


def report() -> None:
    """One line for each job: id, state, number of attempts, times it was completed."""
    for job in Job.objects.all():
        completed = job.events.filter(to_state="COMPLETED").count()
        print(job.pk, job.state, job.attempts.count(), completed)


if __name__ == "__main__":
    word, *numbers = sys.argv[1:]
    {"prepare": prepare, "sweep": sweep, "report": report}[word](*map(int, numbers))
