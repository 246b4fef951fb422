"""One job on one page: how it came along, what was said about it, and what was found."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.policy import allow_bucket
from jobs import sentences
from jobs.actions import possible
from jobs.capabilities import file_titles
from jobs.exports import all_exports
from jobs.hearing import is_called
from jobs.models import GatewayExchange, Job
from jobs.results import Result
from jobs.verifying import heard_in
from jobs.views.access import job_or_404, may_change, paused_account, successor_of

# Beats in the plain table for readers without scripts; the player's own table has no end.
MOST_ROWS = 5000


@dataclass(frozen=True, kw_only=True)
class Told:
    """One exchange with the gateway, as the page prints it; `tone` is the design's word for how it went."""

    row: GatewayExchange
    tone: str
    request: str
    answer: str


def _version(request: HttpRequest, job: Job) -> str:
    """An ETag for the live part of the page."""
    parts = (
        request.user.pk,
        get_language(),
        job.pk,
        job.changed_at,
        job.account.paused_because,
        job.account.is_usable,
        job.due_at is None,
        str(sentences.explain_waiting(job)),
        is_called(job),
        *_preparing(job),
    )
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _preparing(job: Job) -> tuple[Any, ...]:
    """How far its song is; a job is not changed by that."""
    if job.state != Job.State.PREPARING:
        return ()
    return job.preparation.step, job.preparation.done, job.error_words


def _etag(request: HttpRequest, job_id: uuid.UUID) -> str | None:
    """None for the whole page: it shows more than the job."""
    return _version(request, job_or_404(request, job_id)) if request.htmx else None  # type: ignore[attr-defined]


@require_safe
@vary_on_headers("HX-Request")
@condition(etag_func=_etag)
def job_detail(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """The page, or for htmx only the part of it that changes while the job moves."""
    job = job_or_404(request, job_id)
    if request.htmx and job.state in Job.FINAL:  # type: ignore[attr-defined]
        # The result needs a policy and scripts of its own: the browser loads the page anew.
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = _live(request, job)
    if request.htmx:  # type: ignore[attr-defined]
        response = render(request, "jobs/_job.html", context)
        response["HX-Trigger"] = "job-moved"
    else:
        context |= _history(job) | _found(request, job)
        response = render(request, "jobs/job_detail.html", context)
    patch_cache_control(response, private=True, no_cache=True)
    return allow_bucket(response, job.account, styles_by_nonce=True)


@require_safe
def job_exchanges(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """What was said to TMP so far, as a fragment."""
    job = job_or_404(request, job_id)
    return render(request, "jobs/_exchanges.html", {"job": job, "exchanges": _exchanges(job)})


def _live(request: HttpRequest, job: Job) -> dict[str, Any]:
    is_held = job.state in Job.WAITING and not job.account.is_usable
    return {
        "job": job,
        "is_held": is_held,
        "paused": paused_account(request.user, job.account) if job.is_live else None,
        "successor": successor_of(request, job.account) if is_held else None,
        "known": json.dumps({"If-None-Match": _version(request, job)}),
        "is_final": job.state in Job.FINAL,
        "actions": possible(job) if may_change(request, job) else [],
        "followed_by": Job.objects.for_user(request.user).filter(follows=job).first(),
        "failure": sentences.explain_failure(job),
        "cause": sentences.cause_of(job),
        "waiting": sentences.explain_waiting(job),
        "called": is_called(job),
        "request_id": _request_id(job),
        "events": [(event, sentences.explain_event(event)) for event in job.events.all()],
    }


def _history(job: Job) -> dict[str, Any]:
    return {
        "attempts": list(job.attempts.all()),
        "exchanges": _exchanges(job),
        "params": json.dumps(job.params, ensure_ascii=False, indent=2),
    }


def _exchanges(job: Job) -> list[Told]:
    told = []
    for row in job.exchanges.select_related("attempt"):
        said = row.exchange
        tone = "good" if not said.get("error") else "bad" if said.get("http_state") else "warn"
        told.append(
            Told(
                row=row,
                tone=tone,
                request=_pretty(said.get("request")),
                answer=_pretty_text(said.get("answer", "")),
            )
        )
    return told


def _found(request: HttpRequest, job: Job) -> dict[str, Any]:
    """The result and everything the page does with it; nothing before there is one."""
    if job.result is None:
        return {"result": None}
    result = Result.from_json(job.result)
    tempo = next((fact.value for fact in result.facts if fact.key == "tempo"), None)
    return {
        "result": result,
        "note": sentences.explain_note(result.note),
        "player": _player(request, job, result),
        "song": {
            "bpm": tempo,
            "markers": [asdict(marker) for marker in result.markers],
            "regions": [asdict(region) for region in result.regions],
        },
        "rows": result.markers[:MOST_ROWS],
        "heard": heard_in(result) if job.is_verification else None,
        "values": _pretty(result.values) if result.values else "",
        "exports": all_exports().values() if result.markers or result.regions else (),
    }


def _player(request: HttpRequest, job: Job, result: Result) -> dict[str, Any] | None:
    """What can be played: the song, if it lies in the bucket, and the audio that TMP wrote."""
    titles = file_titles(job.capability)
    tracks = []
    if job.source_path:
        tracks.append({"label": _("Song"), "url": _stream(job, job.source_path)})
    tracks += [
        {
            "label": str(titles.get(file.name) or file.name.removesuffix("FileName")),
            "url": _stream(job, file.path),
        }
        for file in result.files
        if file.kind == "audio"
    ]
    if not tracks:
        return None
    return {
        "audio_url": tracks[0]["url"],
        "duration": job.source_seconds,
        "peaks_url": "",
        "result_json_id": "song",
        "tracks": tracks,
        "nonce": request.csp_nonce,  # type: ignore[attr-defined]
    }


def _stream(job: Job, path: str) -> str:
    return f"{reverse('library:stream', args=[job.account_id])}?{urlencode({'path': path})}"


def _request_id(job: Job) -> str:
    """The gateway's id of the last call that failed: what Tencent's support asks for."""
    if not job.error_kind:
        return ""
    last = job.exchanges.exclude(exchange__error="").last()
    return str(last.exchange.get("request_id", "")) if last else ""


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _pretty_text(text: str) -> str:
    """JSON laid out, anything else as it came."""
    try:
        return _pretty(json.loads(text))
    except (ValueError, RecursionError):
        return text
