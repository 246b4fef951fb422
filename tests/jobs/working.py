"""Does in the test's own thread what a worker's engine and sweeps do, one turn after the other."""

from __future__ import annotations

import asyncio
from typing import Any

from django.db.models.functions import Now

from jobs.engine import collecting, sweeping, taking
from jobs.engine.refreshing import ask
from jobs.engine.turn import Turn, Work
from jobs.models import Job, Refresh
from tencent.streaming import Streaming

AT_ONCE = 32


def work(*, sweeps: bool = True, turns: int = 20, turn: Turn | None = None) -> None:
    """Until nothing is left that is due now."""
    if sweeps:
        sweeping.sweep(threads=4, taking_seconds=0.05)
    turn = turn or Turn(at_once=AT_ONCE)
    for _ in range(turns):
        taken = turn.take(stopping=False)
        turn.began(taken)
        asyncio.run(_carry(turn, taken))
        for job_id in taken.finished:
            collecting.collect(job_id)
        if not (taken.questions or taken.submissions or taken.finished or turn.has_news):
            return


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

    async def send(submission: Any) -> None:
        async with Streaming(at_once=1, fresh=True) as sending:
            answers.append((submission, await submission.send(sending)))

    answers: list[Any] = []
    taken: list[Any] = []
    taking.take(job.account, AT_ONCE, taken)
    for submission in taken:
        asyncio.run(send(submission))
    for submission, answer in answers:
        submission.settle(answer)
    job.refresh_from_db()


def make_due(job: Job) -> None:
    """Whatever the portal does next with the job, it may do now."""
    Job.objects.filter(pk=job.pk).update(due_at=Now())
    Refresh.objects.filter(pk=job.pk).update(due_at=Now())
