"""Keeps what was said to TMP about a job, for the job's page and for support."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from jobs.models import Attempt, GatewayExchange, Job
from jobs.storable import storable
from tencent.messages import Exchange

CREATE, ASK = "CreateJob", "GetJob"
MASK = "***"


def keep(job: Job, exchange: Exchange | None, *, attempt: Attempt | None = None) -> None:
    """Store one exchange."""
    if exchange is not None:
        _row(job.pk, exchange, attempt=attempt).save(force_insert=True)


def keep_many(told: Iterable[tuple[UUID, int, Exchange]]) -> None:
    """Store exchanges of jobs that are still there: (job, number of the question, exchange)."""
    GatewayExchange.objects.bulk_create(
        [_row(job_id, exchange, number=number) for job_id, number, exchange in told]
    )


def _row(
    job_id: UUID, exchange: Exchange, *, attempt: Attempt | None = None, number: int = 1
) -> GatewayExchange:
    return GatewayExchange(
        job_id=job_id,
        attempt=attempt,
        action=exchange.action[:20],
        number=number,
        exchange=_without_callback(storable(exchange.to_json())),
    )


def _without_callback(said: dict[str, Any]) -> dict[str, Any]:
    """The callback address holds this attempt's secret."""
    asked = said.get("request", {}).get("createJobRequest")
    if isinstance(asked, dict) and "callback" in asked:
        asked["callback"] = MASK
    return said
