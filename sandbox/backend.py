"""TMP itself behind the gateway: accounts, jobs and a ledger, and not a word of HTTP."""

import threading
import time
from pathlib import Path

from sandbox import accounts, jobs, ledger, performers
from sandbox import assumptions as tmp
from sandbox.accounts import Account, Accounts
from sandbox.bucket import BucketApp
from sandbox.database import Database
from sandbox.demo_script import demo_script
from sandbox.jobs import Job, Jobs
from sandbox.ledger import Ledger
from sandbox.messages import JobRequest, Members, RefusedError, Registration, read_job
from sandbox.pace import Pace
from sandbox.store_xml import iso


class Backend:
    """Accepts work and answers for it; `arrived` is set whenever there is a new job to perform."""

    def __init__(self, file: Path, *, store: BucketApp, pace: Pace) -> None:
        self.database = Database(file, accounts.SCHEMA + jobs.SCHEMA + ledger.SCHEMA)
        self.accounts = Accounts(self.database)
        self.jobs = Jobs(self.database)
        self.ledger = Ledger(self.database)
        self.store, self.pace = store, pace
        self.arrived = threading.Event()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def register(self, registration: Registration, *, job_url: str, body: Members) -> Members:
        """Make or renew an account and leave the demo script in its bucket; returns the registerInfo.

        Raises RefusedError when the bucket keys may not write the demo script.
        """
        now = time.time()
        credential, path = registration.credential, tmp.DEMO_PATH.format(uin=registration.uin)
        refusal = self.store.refuses(credential, region=registration.region, action="PutObject", key=path)
        if refusal:
            raise RefusedError(f"cannot write to cos bucket {credential.bucket}: {refusal}")
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
        self.store.files.put(account.bucket, path, [script], headers=headers)
        self.ledger.add(
            "register", now=now, source=account.caller, content_id=account.content_id, request=body
        )
        return _register_info(account, path)

    def create_job(self, account: Account, *, source: str, body: Members) -> Members:
        """Take a job; returns its Job object. Raises RefusedError."""
        request = read_job(body, refuse=performers.refuse)
        _check_content_ids(request, account)
        now = time.time()
        with self.database.together():
            job_id = self.jobs.add(request, content_id=account.content_id, now=now)
            self.ledger.add(
                "create_job",
                now=now,
                source=source,
                content_id=account.content_id,
                request=body,
                job_id=job_id,
                custom_id=request.custom_id,
            )
        self.arrived.set()
        return self._own_job(account, job_id).members(tmp.SUBMITTED)

    def get_job(self, account: Account, *, source: str, body: Members) -> Members:
        """The Job object at this look. Raises RefusedError for a job that is not the account's."""
        request = body.get("getJobRequest")
        job_id = request.get("id") if isinstance(request, dict) else None
        if not isinstance(job_id, str) or not job_id:
            raise RefusedError("getJobRequest.id is required")
        self._own_job(account, job_id)
        with self.database.together():
            self.jobs.look(job_id)
            job = self._own_job(account, job_id)
            self.ledger.add(
                "get_job",
                now=time.time(),
                source=source,
                content_id=account.content_id,
                request=body,
                job_id=job_id,
                custom_id=job.custom_id,
            )
        return job.members(self.shown(job))

    def shown(self, job: Job) -> int:
        """The state the pace lets a caller see; a caller that was called back sees the end."""
        return job.state if job.called_back else self.pace.shown(job.state, job.looks)

    def _own_job(self, account: Account, job_id: str) -> Job:
        job = self.jobs.find(job_id)
        if job is None or job.content_id != account.content_id:
            raise RefusedError(f"job {job_id} does not exist")
        return job


def _check_content_ids(request: JobRequest, account: Account) -> None:
    for output in request.outputs:
        for content_id in filter(None, (output.content_id, output.song.content_id)):
            if content_id != account.content_id:
                raise RefusedError(f"contentId {content_id} does not exist")


def _register_info(account: Account, path: str) -> Members:
    usage = (
        f"请从COS桶[{account.bucket}]中下载python版本demo文件[{path}], "
        "替换demo中的输入文件后,执行python run_musicBeat.py"
    )
    return {
        "tmpContentId": account.content_id,
        "tmpSecretId": account.tmp_id,
        "tmpSecretKey": account.tmp_key,
        "apiGateSecretId": account.gate_id,
        "apiGateSecretKey": account.gate_key,
        "demoCosPath": path,
        "usageDescription": usage,
        "message": "注册成功,感谢注册",
        "createdAt": iso(account.created),
        "updatedAt": iso(account.updated),
    }
