"""Keeps what was said to TMP about a job, for the job's page and for support."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from jobs.models import Attempt, GatewayExchange, Job
from jobs.storable import storable
from tencent.messages import Exchange

CREATE, ASK = "CreateJob", "GetJob"
MASK = "***"
_SAME = ("url", "http_state", "request", "answer", "error")


def keep(job: Job, exchange: Exchange | None, *, attempt: Attempt | None = None) -> None:
    """Store one exchange; a GetJob that says what the last one said only raises its count."""
    if exchange is None:
        return
    said = _without_callback(storable(exchange.to_json()))
    if exchange.action == ASK:
        last = GatewayExchange.objects.filter(job=job).order_by("-pk").first()
        if last and last.action == ASK and _gist(last.exchange) == _gist(said):
            GatewayExchange.objects.filter(pk=last.pk).update(times=F("times") + 1, last_at=Now())
            return
    GatewayExchange.objects.create(job=job, attempt=attempt, action=exchange.action[:20], exchange=said)


def refusals_in_a_row(job: Job) -> int:
    """How many of the latest questions TMP refused one after another."""
    count = 0
    for row in GatewayExchange.objects.filter(job=job, action=ASK).order_by("-pk")[:20]:
        if not str(row.exchange.get("error", "")).startswith("Refused"):
            break
        count += row.times
    return count


def _gist(said: dict[str, Any]) -> list[Any]:
    return [said.get(name) for name in _SAME]


def _without_callback(said: dict[str, Any]) -> dict[str, Any]:
    """The callback address holds this attempt's secret."""
    asked = said.get("request", {}).get("createJobRequest")
    if isinstance(asked, dict) and "callback" in asked:
        asked["callback"] = MASK
    return said
