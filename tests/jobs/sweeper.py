"""A worker process of its own for the tests: makes rows, or works until all is done or it is killed."""

from __future__ import annotations

import os
import sys
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "tmpportal.settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from jobs.engine import sweeping  # noqa: E402
from jobs.engine.loop import Engine  # noqa: E402
from jobs.models import Job  # noqa: E402
from tests.factories import make_account, make_job, make_user  # noqa: E402


def prepare(count: int) -> None:
    """An empty database with `count` queued jobs."""
    call_command("migrate", verbosity=0)
    account = make_account(make_user(), endpoint="sandbox")
    for _ in range(count):
        make_job(account)


def work(seconds: float) -> None:
    """As a worker: an engine, and the sweeps that the scheduler sends, without their pauses."""
    engine = Engine()
    engine.start()
    until = time.monotonic() + seconds
    while time.monotonic() < until and Job.objects.live().exists():
        sweeping.sweep(threads=4, taking_seconds=1.0)
        time.sleep(0.05)
    engine.stop()


def report() -> None:
    """One line for each job: id, state, number of attempts, times it was completed."""
    for job in Job.objects.all():
        completed = job.events.filter(to_state="COMPLETED").count()
        print(job.pk, job.state, job.attempts.count(), completed)


if __name__ == "__main__":
    word, *numbers = sys.argv[1:]
    {"prepare": prepare, "work": work, "report": report}[word](*map(int, numbers))
