"""What was said to TMP about one job, as its page prints it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.legible import laid_out, laid_out_text
from jobs.models import GatewayExchange, Job
from jobs.views.access import job_or_404


@dataclass(frozen=True, kw_only=True)
class Told:
    """One exchange with the gateway; `tone` is the design's word for how it went, `path` where it went."""

    row: GatewayExchange
    tone: str
    path: str
    request: str
    answer: str


@require_safe
def job_exchanges(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """What was said to TMP so far, as a fragment."""
    job = job_or_404(request, job_id)
    return render(request, "jobs/_exchanges.html", {"job": job, "exchanges": exchanges_of(job)})


def exchanges_of(job: Job) -> list[Told]:
    """Every exchange that is kept, oldest first."""
    told = []
    for row in job.exchanges.select_related("attempt"):
        said = row.exchange
        tone = "good" if not said.get("error") else "bad" if said.get("http_state") else "warn"
        told.append(
            Told(
                row=row,
                tone=tone,
                path=_path(str(said.get("url") or "")),
                request=laid_out(said.get("request")),
                answer=laid_out_text(said.get("answer", "")),
            )
        )
    return told


def request_id_of(job: Job) -> str:
    """The gateway's id of the last call that failed: what Tencent's support asks for."""
    if not job.error_kind:
        return ""
    last = job.exchanges.exclude(exchange__error="").last()
    return str(last.exchange.get("request_id", "")) if last else ""


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
