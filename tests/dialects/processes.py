"""The same with real ears: a sandbox of its own process, started with a dialect, hears the guide's song."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from uuid import uuid4

from django.test import override_settings

from accounts.models import Account, Registration
from jobs import verifying
from jobs.models import Job
from jobs.results import Result
from tests.accounts import registering
from tests.factories import make_registration, make_user
from tests.jobs.working import make_due, work
from tests.sandbox_process import SandboxProcess

HEARD_SECONDS = 60.0
HEARD = (
    "beats=spans file-names=chinese result-form=text job-id=long-number state-form=name",
    "beats=groups dates=x-date-only register-answer=wrapped file-names=whole-key outputs=null states=2",
)


def troubles(words: str) -> list[str]:
    """What went wrong between the first registration and a verified account."""
    options = [word for pair in words.split() for word in ("--dialect", pair)]
    with (
        tempfile.TemporaryDirectory(prefix="tmp-dialect-") as folder,
        SandboxProcess(Path(folder), "looks", tuple(options)) as sandbox,
        override_settings(SANDBOX=_known(sandbox)),
    ):
        user = make_user()
        registration = registering.run(make_registration(user, sandbox))
        if registration.state != Registration.State.DONE:
            return [f"registration: {registration.state} {registration.error_words}"]
        account = Account.objects.get(pk=registration.account_id)
        job = _followed(verifying.verify(user=user, account=account, idempotency_key=uuid4()))
        return _wrong(job)


def _known(sandbox: SandboxProcess) -> dict[str, str]:
    names = ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
    return {name: getattr(sandbox, name) for name in names}


def _followed(job: Job) -> Job:
    until = time.monotonic() + HEARD_SECONDS
    while job.is_live and time.monotonic() < until:
        make_due(job)
        work(sweeps=False, turns=2)
        job.refresh_from_db()
        time.sleep(0.2)
    return job


def _wrong(job: Job) -> list[str]:
    if job.state != Job.State.COMPLETED:
        return [f"verification: {job.state} {job.error_words}"]
    heard = verifying.heard_in(Result.from_json(job.result))
    is_right = heard.hearing == "same" and heard.beats and abs(heard.beats - heard.true_beats) <= 2
    account = Account.objects.get(pk=job.account_id)
    told = [] if is_right else [f"heard {heard.bpm} BPM and {heard.beats} beats"]
    return told if account.verified_at else [*told, "the account is not verified"]
