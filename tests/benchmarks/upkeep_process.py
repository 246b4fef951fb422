"""Whole lives of jobs, with the tally kept and without: `python -m tests.benchmarks.upkeep_process`.

Answers lines `<kept or left> <number>` with the CPU seconds that the engine's thread spent on so many jobs,
from the form to COMPLETED.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from uuid import uuid4

import django

KEPT, LEFT = "kept", "left"
BEATS = {"smartContentResult": {"musicBeat": {"beats": [beat / 2 for beat in range(1, 240)], "bpm": 120.0}}}


class Lives:
    """An account at a gateway that finishes every job with its second answer."""

    def __init__(self) -> None:
        from django.conf import settings
        from django.core.management import call_command

        from tests.factories import make_account, make_user
        from tests.jobs.raw_gateway import RawGateway

        call_command("migrate", verbosity=0, interactive=False)
        self.gateway = RawGateway()
        self.gateway.__enter__()
        self.gateway.answers = {"CreateJob": [_created], "GetJob": [self._told]}
        settings.SANDBOX = {**settings.SANDBOX, "gateway": self.gateway.url, "store": "http://127.0.0.1:9"}
        self.asked: Counter[str] = Counter()
        self.person = make_user()
        self.account = make_account(self.person, endpoint="sandbox")

    def cpu(self, kind: str, number: int) -> float:
        with _left_alone() if kind == LEFT else mock.patch.dict({}):
            begun = time.thread_time()
            self._live(number, is_kept=kind == KEPT)
            return time.thread_time() - begun

    def _live(self, number: int, *, is_kept: bool) -> None:
        from django.db.models.functions import Now

        from jobs import services
        from jobs.models import Job, Refresh, Tally
        from tests.jobs.working import work

        source = services.Source(kind="bucket", path="uploads/song.wav", name="song.wav", seconds=180.0)
        for _ in range(number):
            services.create(
                user=self.person,
                account=self.account,
                capability="musicBeat",
                params={"outputType": 3, "drumType": 2, "enlargeLevel": 3},
                source=source,
                idempotency_key=uuid4(),
            )
        unfinished = Job.objects.exclude(state=Job.State.COMPLETED)
        while unfinished.exists():
            Refresh.objects.update(due_at=Now())
            work(sweeps=False)
        if is_kept:
            Tally.objects.fold()

    def _told(self, body: dict[str, Any]) -> bytes:
        from tests.jobs.raw_gateway import told

        job_id = body["getJobRequest"]["id"]
        self.asked[job_id] += 1
        return told(2, job_id) if self.asked[job_id] == 1 else told(3, job_id, outputs=[BEATS])


def _created(body: dict[str, Any]) -> bytes:
    from tests.jobs.raw_gateway import created

    return created(uuid4().hex)


@contextmanager
def _left_alone() -> Iterator[None]:
    from jobs.models.tally import TallyManager

    with mock.patch.object(TallyManager, "moved", lambda *args: None):
        yield


def main() -> None:
    django.setup()
    lives = Lives()
    print("ready", flush=True)
    for line in sys.stdin:
        kind, number = line.split()
        print(lives.cpu(kind, int(number)), flush=True)


if __name__ == "__main__":
    main()
