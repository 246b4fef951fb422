"""A person at the portal, and the workers behind it, in this process: what they do and what they see."""

from __future__ import annotations

import html
import time
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.models import Account, Registration
from jobs import services, verifying
from jobs.models import Job
from tests.accounts import registering
from tests.dialects.stage import Stand
from tests.factories import SONG_SECONDS, make_registration, make_user
from tests.jobs.scene import signed_in
from tests.jobs.working import make_due, work
from tests.songs import clicks

State = Job.State
PATIENCE_SECONDS = 10.0


class Person:
    """Somebody new, whose account comes of `register`."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.user = make_user()
        self.browser: Client = signed_in(self.user)

    def register(self, renews: Account | None = None) -> Registration:
        """The wizard's way: the bucket is checked, then Register is called."""
        same = {"user_name": renews.user_name, "renews": renews} if renews else {}
        return registering.run(make_registration(self.user, self.stand, **same))  # type: ignore[arg-type]

    def put(self, account: Account, path: str) -> None:
        """A song in the bucket."""
        content = clicks(SONG_SECONDS, 120.0)
        bucket_for(account).put(path, content, content_type="audio/wav", length=len(content))

    def create(self, account: Account, path: str = "uploads/song.wav") -> Job:
        """A musicBeat job with the form's own values."""
        song = services.Source(
            kind=Job.SourceKind.BUCKET, path=path, name=path.rpartition("/")[2], seconds=SONG_SECONDS
        )
        return services.create(
            user=self.user,
            account=account,
            capability="musicBeat",
            params={"outputType": 3, "drumType": 2, "enlargeLevel": 3},
            source=song,
            idempotency_key=uuid4(),
        )

    def verify(self, account: Account) -> Job:
        """The guide's own job."""
        return verifying.verify(user=self.user, account=account, idempotency_key=uuid4())

    def send(self, job: Job) -> Job:
        """Workers send it and look no further; once more where TMP taught how."""
        for _ in range(2):
            make_due(job)
            work(sweeps=False, turns=2)
            job.refresh_from_db()
            job.account.refresh_from_db()
            if job.state != State.QUEUED or job.account.paused_because:
                break
        return job

    def follow(self, job: Job, looks: int = 12) -> Job:
        """Workers go on with it until it ends, waits for a person, or nobody wants to look any more."""
        for _ in range(looks):
            self.let_tmp_work(job)
            make_due(job)
            work(sweeps=False, turns=4)
            job.refresh_from_db()
            job.account.refresh_from_db()
            if not job.is_live or job.account.paused_because:
                break
        return job

    def let_tmp_work(self, job: Job) -> None:
        """TMP has ended with the job, whatever it shows."""
        known = self.stand.sandbox.backend.jobs

        def is_done() -> bool:
            return (found := known.find(job.tmp_id)) is None or not found.live

        until = time.monotonic() + PATIENCE_SECONDS
        while job.tmp_id and not self._is_lost(job) and not is_done() and time.monotonic() < until:
            time.sleep(0.01)

    def page(self, job: Job) -> str:
        """What the job's page says, without the entities."""
        answer: Any = self.browser.get(reverse("jobs:job_detail", args=[job.pk]))
        assert answer.status_code == 200, answer.status_code
        return html.unescape(answer.content.decode())

    def _is_lost(self, job: Job) -> bool:
        found = self.stand.sandbox.backend.jobs.find(job.tmp_id)
        return found is not None and found.outcome == "unknown"
