"""Does in the test's own thread what a worker's engine and sweeps do, one turn after the other."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from django.db.models.functions import Now

from accounts.models import Account
from jobs.engine import collecting, sweeping, taking
from jobs.engine.refreshing import ask
from jobs.engine.submitting import Submission
from jobs.engine.turn import Turn, Work
from jobs.models import Job, Refresh
from tencent.streaming import Streaming

log = logging.getLogger(__name__)

AT_ONCE = 32


def work(*, sweeps: bool = True, turns: int = 20, turn: Turn | None = None) -> None:
    """Until nothing is left that is due now."""
    if sweeps:
        sweep()
    turn = turn or Turn(at_once=AT_ONCE)
    for _ in range(turns):
        taken = turn.take(stopping=False)
        carry(turn, taken)
        collect(taken)
        if not (taken.questions or taken.submissions or taken.finished or turn.has_news):
            return


def work_on(job: Job) -> Job:
    """The same, with whatever comes next for `job` due now; the job as it stands afterwards."""
    make_due(job)
    work()
    job.refresh_from_db()
    return job


def sweep() -> None:
    """One sweep and nothing else."""
    sweeping.sweep(threads=4, taking_seconds=0.05)


def take(turn: Turn | None = None) -> tuple[Turn, Work]:
    """The first half of a turn: what is due is taken, and nothing is asked or sent yet."""
    turn = turn or Turn(at_once=AT_ONCE)
    return turn, turn.take(stopping=False)


def carry(turn: Turn, taken: Work) -> None:
    """Ask and send what was taken; it is written down at the next turn."""
    turn.began(taken)
    asyncio.run(_carry(turn, taken))


def finish(turn: Turn) -> Work:
    """Write down what came back, and take nothing more; results are not read yet."""
    return turn.take(stopping=True)


def collect(taken: Work) -> None:
    """Read the results of what TMP has finished; a fault is logged, as a worker does."""
    for job_id in taken.finished:
        try:
            collecting.collect(job_id)
        except Exception:
            log.exception("Job %s could not be collected", job_id)


async def _carry(turn: Turn, taken: Work) -> None:
    async with Streaming(at_once=AT_ONCE) as asking, Streaming(at_once=AT_ONCE, fresh=True) as sending:

        async def put(claim: Any, entry: Any) -> None:
            turn.answered(await ask(claim, entry, asking))

        async def send(submission: Any) -> None:
            turn.sent(submission, await submission.send(sending))

        asks = [put(claim, entry) for claim, entry in taken.questions]
        await asyncio.gather(*asks, *(send(submission) for submission in taken.submissions))


def submit(job: Job) -> None:
    """Send what is ready of the job's account, `job` among it, and nothing else."""
    for submission in taken_to_send(job.account):
        submission.settle(answer_to(submission))
    job.refresh_from_db()


def take_to_send(job: Job) -> Submission | None:
    """`job`, taken for sending: attempt, lease and fence are committed; None when it cannot be taken."""
    found = taken_to_send(job.account)
    return next((submission for submission in found if submission.job.pk == job.pk), None)


def taken_to_send(account: Account, most: int = AT_ONCE) -> list[Submission]:
    """As many jobs of the account as may be sent now, and no more than `most`, taken."""
    taken: list[Submission] = []
    taking.take(account, most, taken)
    return taken


def answer_to(submission: Submission) -> Any:
    """What the gateway makes of it; the database is not touched."""

    async def send() -> Any:
        async with Streaming(at_once=1, fresh=True) as sending:
            return await submission.send(sending)

    return asyncio.run(send())


def make_due(*jobs: Job) -> None:
    """Whatever the portal does next with these jobs, it may do now; what waits for a person still waits."""
    keys = [job.pk for job in jobs]
    Job.objects.filter(pk__in=keys).exclude(state__in=Job.REFRESHED).update(due_at=Now())
    Refresh.objects.filter(pk__in=keys).exclude(due_at=None).update(due_at=Now())
