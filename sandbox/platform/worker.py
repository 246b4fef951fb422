"""Performs the jobs one at a time in the background, those first that are ready first, whoever created them.

A job that waits for its time or for ever is not ready and holds up nobody.
"""

import logging
import shutil
import threading
import time
from pathlib import Path

from sandbox.assumptions import ENGINE_ERROR
from sandbox.platform import callbacks, telling
from sandbox.platform.backend import Backend
from sandbox.platform.jobs import Job
from sandbox.platform.performing import Performing
from sandbox.platform.stage import JobFailedError
from sandbox.store.late_files import publish

log = logging.getLogger("sandbox.worker")

CHECK = 0.2  # seconds between two looks for overdue jobs and late files
SETBACK = 1.0  # seconds that it leaves a disk or a database alone that would not serve it


class Worker(threading.Thread):
    """A thread that lives as long as the sandbox, until it is `stopping`; an unfinished job starts over after
    a restart."""

    def __init__(self, backend: Backend, *, store_port: int, folder: Path, stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self._backend, self.stopping = backend, stopping
        # What a killed process was working on; its job starts over.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self._performing = Performing(backend, store_port=store_port, folder=folder)
        self._checked = 0.0

    def stop(self) -> None:
        """End the running child, and the thread."""
        self.stopping.set()
        self._backend.arrived.set()
        self.join()

    def run(self) -> None:
        """Until stopped: turn after turn, also after one that went wrong, as on a full disk."""
        while not self.stopping.is_set():
            try:
                self._turn()
            except Exception:
                log.exception("the worker goes on in %s s", SETBACK)
                self.stopping.wait(SETBACK)

    def _turn(self) -> None:
        """The next job, or wait for one."""
        self._backend.arrived.clear()
        self._check()
        job = self._backend.jobs.next(time.time())
        if job is None:
            self._backend.arrived.wait(CHECK)
            return
        try:
            self._perform(job)
        except Exception:
            log.exception("job %s", job.id)
            self._fail(job, ENGINE_ERROR)

    def _perform(self, job: Job) -> None:
        pace = self._backend.pace
        # These have waited already, before they were ready.
        waits = not self._backend.quick and job.outcome != "late"
        if waits:
            if not self._rest(job, pace.queue_seconds):
                return
            self._backend.jobs.begin(job.id)
        if job.outcome == "cancel":
            if self._backend.jobs.cancel(job.id):
                self._call_back(job)
            return
        started = time.monotonic()
        try:
            found = self._performing.perform(job, wanted=lambda: self._wanted(job))
        except JobFailedError as error:
            # Given up because the sandbox stops: the row stays live, and the next start takes it up again.
            if not self.stopping.is_set():
                self._fail(job, str(error))
            return
        if waits and not self._rest(job, started + pace.work_seconds - time.monotonic()):
            return
        if self._backend.jobs.complete(job.id, found):
            self._call_back(job)

    def _wanted(self, job: Job) -> bool:
        self._check()
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

    def _check(self) -> None:
        """What the clock brings about: overdue jobs, late files, and what quick ears begin."""
        if time.monotonic() < self._checked + CHECK:
            return
        self._checked, now = time.monotonic(), time.time()
        for job in self._backend.jobs.overdue(now):
            self._fail(job, f"the job took longer than its timeout of {job.timeout} s")
        publish(self._backend.store.files, now=now)
        if self._backend.quick:
            self._backend.jobs.begin_all(now - self._backend.pace.queue_seconds)

    def _fail(self, job: Job, message: str) -> None:
        if self._backend.jobs.fail(job.id, message):
            self._call_back(job)

    def _call_back(self, job: Job) -> None:
        if not job.callback:
            return
        if not callbacks.deliverable(job.callback):
            log.warning("job %s: the sandbox calls back on this machine only", job.id)
            return
        dialect = self._backend.dialect
        if dialect["callback-method"] == "never":
            return
        self._backend.jobs.called_back(job.id)
        ended = self._backend.jobs.find(job.id)
        if ended is not None:
            call = callbacks.call_of(job.callback, telling.told(ended, ended.state, dialect), dialect)
            callbacks.deliver(call, stopping=self.stopping)
