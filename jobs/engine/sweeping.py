"""One sweep over the rows: repairs what dead processes left, and looks for what lost answers left behind."""

from __future__ import annotations

import logging
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from django.conf import settings

from accounts.log_context import about
from jobs.engine import recovering, refreshing, submitting
from jobs.engine.work import Work
from jobs.models import Pulse, Tally

log = logging.getLogger(__name__)

THREADS = 8
# Seconds after which a sweep takes nothing more and lets the next one go on.
TAKING_SECONDS = 10.0
GIVEN_UP_AT_ONCE = 200
# So many differences are summed while they are read; more are folded.
TALLIES = 1000


def sweep(*, threads: int = THREADS, taking_seconds: float = TAKING_SECONDS) -> int:
    """Do all there is to do now; says how many pieces of work were settled.

    Only this thread touches the database; the pool's threads ask the bucket. Several sweeps
    at once do no harm: every row is taken and written by guarded updates.
    """
    submitting.repair()
    refreshing.give_up_old(GIVEN_UP_AT_ONCE, settings.GIVE_UP_SECONDS)
    Pulse.objects.forget_old()
    if Tally.objects.count() > TALLIES:
        Tally.objects.fold()
    until = time.monotonic() + taking_seconds
    settled = 0
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="sweep") as pool:
        running: dict[Future[Any], Work] = {}
        while True:
            free = threads - len(running)
            if free > 0 and time.monotonic() < until:
                for work in recovering.take_unsure(free):
                    running[pool.submit(work.call)] = work
            if not running:
                return settled
            done, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                _settle(running.pop(future), future)
                settled += 1


def _settle(work: Work, future: Future[Any]) -> None:
    """One bad row must not stop the others; its next look brings it back."""
    with about(job_id=work.job.pk, account_id=work.job.account_id):
        try:
            work.settle(future.result())
        except Exception:
            log.exception("A piece of work could not be settled")
