"""Lets the jobs of an upgraded database go on, at a gateway that accepts and finishes everything."""

from __future__ import annotations

import json
import time
from itertools import count
from typing import Any

from django.conf import settings
from django.db.models.functions import Now

from accounts.models import Registration
from accounts.registering import running
from jobs.models import Job, Refresh
from tests.jobs.raw_gateway import RawGateway, created, told
from tests.jobs.working import work

FOUND = {"smartContentResult": {"musicBeat": {"beats": [0.5, 1.0, 1.5]}}}
PATIENCE_SECONDS = 30.0


def go_on() -> None:
    """Print what became of all that was under way, as JSON; for `manage.py shell`."""
    before = {str(job.pk): job.state for job in Job.objects.all()}
    asked = dict(Job.objects.exclude(tmp_id="").values_list("pk", "tmp_id"))
    with RawGateway() as gateway:
        settings.SANDBOX = {**settings.SANDBOX, "gateway": gateway.url, "store": "http://127.0.0.1:9"}
        settings.FILE_SECONDS_SANDBOX = 0.0
        numbers = count(1)
        gateway.answers = {
            "CreateJob": [lambda body: created(f"new-{next(numbers)}")],
            "GetJob": [lambda body: told(3, body["getJobRequest"]["id"], outputs=[FOUND])],
        }
        _make_due()
        until = time.monotonic() + PATIENCE_SECONDS
        while (
            time.monotonic() < until and Job.objects.filter(state__in=_moving()).exclude(tmp_id="").exists()
        ):
            work()
            _make_due()
        waiting = running.sweep()
    print(
        json.dumps(
            {
                "before": before,
                "after": {str(job.pk): job.state for job in Job.objects.all()},
                "named": [str(pk) for pk in asked],
                "created": gateway.asked["CreateJob"],
                "registrations": sorted(Registration.objects.values_list("state", flat=True)),
                "to_check": len(waiting),
            }
        )
    )


def _moving() -> tuple[str, ...]:
    return (Job.State.QUEUED, *Job.REFRESHED, Job.State.COLLECTING)


def _make_due() -> None:
    """As if so much time had passed that every lease ran out, and no more."""
    Job.objects.filter(state__in=Job.REFRESHED).update(changed_at=Now())
    Job.objects.filter(state="QUEUED").update(due_at=None)
    Job.objects.filter(state__in=("SUBMITTING", "COLLECTING")).update(lease_until=Now(), due_at=Now())
    Registration.objects.filter(state__in=Registration.LIVE).update(lease_until=Now())
    Refresh.objects.update(due_at=Now())


def of_state(told: dict[str, Any], state: str) -> set[str]:
    """The ids of jobs that stood in `state` before."""
    return {key for key, stood in told["before"].items() if stood == state}
