"""Performs the jobs one at a time in the background, oldest first, whoever created them."""

import logging
import mimetypes
import shutil
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from sandbox import callbacks, songs, stage
from sandbox.accounts import Account
from sandbox.assumptions import ENGINE_ERROR
from sandbox.backend import Backend
from sandbox.jobs import Job
from sandbox.messages import Output
from sandbox.stage import JobFailedError
from sandbox.store_errors import StoreError
from sandbox.store_files import Pieces

log = logging.getLogger("sandbox.worker")

CHECK = 0.5  # seconds between two looks for overdue jobs


class Worker(threading.Thread):
    """A thread that lives as long as the sandbox; an unfinished job starts over after a restart."""

    def __init__(self, backend: Backend, *, store_port: int, folder: Path) -> None:
        super().__init__(daemon=True)
        self._backend, self._store_port, self._folder = backend, store_port, folder
        # What a killed process was working on; its job starts over.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self.stopping = threading.Event()

    def stop(self) -> None:
        """End the running child, and the thread."""
        self.stopping.set()
        self._backend.arrived.set()
        self.join()

    def run(self) -> None:
        """Until stopped: the next job, or wait for one."""
        while not self.stopping.is_set():
            self._backend.arrived.clear()
            self._expire()
            job = self._backend.jobs.next()
            if job is None:
                self._backend.arrived.wait(CHECK)
                continue
            try:
                self._perform(job)
            except Exception:
                log.exception("job %s", job.id)
                self._fail(job, ENGINE_ERROR)

    def _perform(self, job: Job) -> None:
        pace = self._backend.pace
        if not self._rest(job, pace.queue_seconds):
            return
        self._backend.jobs.begin(job.id)
        started = time.monotonic()
        try:
            found = [self._output(job, output) for output in job.parsed().outputs]
        except JobFailedError as error:
            # Given up because the sandbox stops: the row stays live, and the next start takes it up again.
            if not self.stopping.is_set():
                self._fail(job, str(error))
            return
        if not self._rest(job, started + pace.work_seconds - time.monotonic()):
            return
        if self._backend.jobs.complete(job.id, found):
            self._call_back(job)

    def _output(self, job: Job, output: Output) -> object:
        account = self._backend.accounts.by_content_id(job.content_id)
        if account is None:
            raise JobFailedError(f"contentId {job.content_id} does not exist")
        if output.song.path:
            self._ask(account, "GetObject", output.song.path.lstrip("/"))
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            folder = Path(name).resolve()
            song = songs.fetch(
                output.song,
                store=self._backend.store,
                store_port=self._store_port,
                bucket=account.bucket,
                folder=folder,
            )
            played = stage.perform(
                capability=output.capability,
                params=output.params,
                song=song,
                folder=folder,
                prefix=output.prefix,
                job_id=job.id,
                wanted=lambda: self._wanted(job),
            )
            self._upload(output, account, played.files)
        return {output.capability: played.result}

    def _ask(self, account: Account, action: str, key: str) -> None:
        """TMP has no key but the registered one, so what that may not do ends the job."""
        store, credential = self._backend.store, account.credential
        refusal = store.refuses(credential, region=account.region, action=action, key=key)
        if refusal:
            verb = "read" if action == "GetObject" else "write"
            raise JobFailedError(f"cannot {verb} {key} in cos bucket {account.bucket}: {refusal}")

    def _upload(self, output: Output, account: Account, files: tuple[Path, ...]) -> None:
        if files and not output.content_id:
            raise JobFailedError(f"{ENGINE_ERROR}: there are files, but no contentId to write them to")
        for file in files:
            key = "/".join(filter(None, (output.destination.strip("/"), file.name)))
            self._ask(account, "PutObject", key)
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            try:
                with closing(Pieces(file)) as chunks:
                    headers = {"content-type": kind}
                    self._backend.store.files.put(account.bucket, key, chunks, headers=headers)
            except StoreError as error:
                raise JobFailedError(f"cannot write {key}: {error.code}") from error

    def _wanted(self, job: Job) -> bool:
        self._expire()
        current = self._backend.jobs.find(job.id)
        return not self.stopping.is_set() and current is not None and current.live

    def _rest(self, job: Job, seconds: float) -> bool:
        """Wait; False when the job is not wanted any more."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.stopping.wait(min(left, CHECK))
            if not self._wanted(job):
                return False
        return True

    def _expire(self) -> None:
        for job in self._backend.jobs.overdue(time.time()):
            self._fail(job, f"the job took longer than its timeout of {job.timeout} s")

    def _fail(self, job: Job, message: str) -> None:
        if self._backend.jobs.fail(job.id, message):
            self._call_back(job)

    def _call_back(self, job: Job) -> None:
        if not job.callback:
            return
        if not callbacks.deliverable(job.callback):
            log.warning("job %s: the sandbox calls back on this machine only", job.id)
            return
        self._backend.jobs.called_back(job.id)
        ended = self._backend.jobs.find(job.id)
        if ended is not None:
            body: dict[str, object] = {"getJobResponse": {"job": ended.members(ended.state)}}
            callbacks.deliver(job.callback, body, stopping=self.stopping)
