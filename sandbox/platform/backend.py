"""TMP itself behind the gateway: accounts, jobs and a ledger, and not a word of HTTP."""

import threading
import time
from pathlib import Path

from sandbox import assumptions as tmp
from sandbox import performers
from sandbox.database import Database
from sandbox.dialects import Dialect
from sandbox.platform import accounts, jobs, ledger, registering, telling
from sandbox.platform.accounts import Account, Accounts
from sandbox.platform.call import Call
from sandbox.platform.demo_script import demo_script
from sandbox.platform.jobs import Jobs
from sandbox.platform.ledger import Ledger
from sandbox.platform.messages import JobRequest, Members, RefusedError, Registration, read_job
from sandbox.platform.outcomes import Outcome, shown
from sandbox.platform.pace import Pace
from sandbox.platform.quick import QUICK
from sandbox.store.app import BucketApp
from sandbox.store.errors import StoreError
from sandbox.trouble.mishaps import Mishaps

FIRST_JOB = "first_job"  # how the ledger calls a CreateJob that was answered with an earlier one's job


class Backend:
    """Accepts work and answers for it; `arrived` is set whenever there is a new job to perform.

    `ears` are those of sandbox.assembly; `outcomes` end jobs as ordered; it speaks this `dialect`.
    """

    def __init__(
        self,
        file: Path,
        *,
        store: BucketApp,
        pace: Pace,
        ears: str,
        outcomes: Mishaps[Outcome],
        dialect: Dialect,
    ) -> None:
        self.database = Database(file, accounts.SCHEMA + jobs.SCHEMA + ledger.SCHEMA)
        self.accounts = Accounts(self.database, dialect)
        self.jobs = Jobs(self.database, dialect)
        self.ledger = Ledger(self.database)
        self.store, self.pace, self.quick = store, pace, ears == QUICK
        self.dialect, self._outcomes = dialect, outcomes
        self.arrived = threading.Event()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def register(self, registration: Registration, *, job_url: str, call: Call, answered: str) -> Members:
        """Make or renew an account and leave the demo script in its bucket; returns what Register answers.

        Raises RefusedError when the bucket keys may not write the demo script, or nobody registers twice.
        """
        now = time.time()
        credential, path = registration.credential, tmp.DEMO_PATH.format(uin=registration.uin)
        refusal = self.store.refuses(credential, region=registration.region, action="PutObject", key=path)
        if refusal:
            raise RefusedError(f"cannot write to cos bucket {credential.bucket}: {refusal}", about="register")
        account = self.accounts.keep(registration, now=now)
        script = demo_script(
            source=account.caller,
            gate_id=account.gate_id,
            gate_key=account.gate_key,
            url=job_url,
            content_id=account.content_id,
            tmp_id=account.tmp_id,
            tmp_key=account.tmp_key,
        )
        headers = {"content-type": "text/x-python; charset=utf-8"}
        try:
            self.store.files.put(account.bucket, path, [script], headers=headers)
        except StoreError as error:
            refusal = f"cannot write to cos bucket {credential.bucket}: {error.code}"
            raise RefusedError(refusal, about="register") from error
        self.ledger.add(call, now=now, answered=answered, content_id=account.content_id)
        return registering.told(account, path, self.dialect)

    def create_job(self, account: Account, *, call: Call, answered: str) -> Members:
        """Take a job; returns its Job object. Raises RefusedError."""
        request = read_job(call.body, refuse=performers.refuse, dialect=self.dialect)
        _check_content_ids(request, account)
        now, own = time.time(), account.content_id
        known = self.jobs.by_custom_id(own, request.custom_id)
        again = self.dialect["custom-id-again"] if known else "another-job"
        if again == "refused":
            raise RefusedError(f"customId {request.custom_id} was used before")
        if known and again == "first-job":
            self.ledger.add(
                call, now=now, answered=FIRST_JOB, performed=False, content_id=own, job_id=known.id
            )
            return telling.created(known, self.dialect)
        outcome = call.outcome or self._outcomes.take(lambda each: each.fits(call))
        # With quick ears nothing is heard, so that a job just waits until the pace lets it end.
        seconds = self.pace.queue_seconds + self.pace.work_seconds if self.quick else 0
        with self.database.together():
            job_id = self.jobs.add(request, content_id=own, now=now, outcome=outcome, seconds=seconds)
            self.ledger.add(call, now=now, answered=answered, content_id=own, job_id=job_id)
        self.arrived.set()
        job = self.jobs.find(job_id)
        assert job is not None
        return telling.created(job, self.dialect)

    def get_job(self, account: Account, *, call: Call, answered: str) -> Members:
        """The Job object at this look. Raises RefusedError for a job that is not the account's."""
        if not call.job_id:
            raise RefusedError("getJobRequest.id is required")
        now = time.time()
        with self.database.together():
            job = self.jobs.look(call.job_id)
            if job is None or job.content_id != account.content_id or job.outcome == "unknown":
                raise RefusedError(f"job {call.job_id} does not exist", about="job")
            self.ledger.add(call, now=now, answered=answered, content_id=account.content_id)
            state = shown(job, pace=self.pace, now=now)
            if job.outcome == "flips" and state == tmp.COMPLETED:
                self.jobs.flip(job.id, job.outcome_message or tmp.ENGINE_ERROR)
        return telling.told(job, telling.seen(state, job.looks, self.dialect), self.dialect)


def _check_content_ids(request: JobRequest, account: Account) -> None:
    for output in request.outputs:
        for content_id in filter(None, (output.content_id, *(song.content_id for song in output.songs))):
            if content_id != account.content_id:
                raise RefusedError(f"contentId {content_id} does not exist")
