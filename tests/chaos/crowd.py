"""People's hands, as tests.faults.hand, and what they do with many jobs at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

# First: it sets Django up.
from tests.faults import hand  # isort: skip
from accounts.models import Account
from jobs import batches, services, tasks
from jobs.models import Job


def create_batch(account: str, count: int, key: str) -> list[str]:
    """The jobs of a batch; the same key gives the same ones."""
    row = Account.objects.get(pk=account)
    batch = batches.create(
        user=row.members.order_by("pk").first(),
        account=row,
        capability="musicBeat",
        params=hand.PARAMS,
        sources=[hand.SONG] * count,
        idempotency_key=UUID(key),
    )
    jobs = list(Job.objects.filter(batch=batch, follows=None).order_by("position"))
    tasks.enqueue(jobs[0])
    return [str(job.pk) for job in jobs]


def retry(job: str) -> list[str]:
    """The job that follows this one, which has ended without a result; empty where there is one already."""
    row = Job.objects.select_related("account").get(pk=job)
    made = services.retry_many([row], row.owner)
    if made:
        tasks.enqueue(made[0])
    return [str(new.pk) for new in made]


DEEDS: dict[str, Any] = {deed.__name__: deed for deed in (create_batch, retry)}

if __name__ == "__main__":
    hand.DEEDS.update(DEEDS)
    hand.main()
