"""One job on one page: how it came along, what was said about it, and what was found."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import condition, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.legible import laid_out
from accounts.policy import allow_bucket
from jobs import corrections, sentences
from jobs.actions import Action, is_possible, possible
from jobs.advice import advise
from jobs.capabilities import writes_files
from jobs.exports import groups_for
from jobs.exports.timing import RATES
from jobs.hearing import is_called
from jobs.history import timeline
from jobs.models import Job
from jobs.runs import runs_of, sendings_of
from jobs.same_song import completed, lent, others, tempo_with
from jobs.verifying import heard_in
from jobs.views.access import job_or_404, may_change, paused_account, stopped_accounts, successor_of
from jobs.views.exchanges import exchanges_of, request_id_of
from jobs.views.playing import player_of, song_of
from jobs.views.shares import shares_of
from jobs.views.versions import result_asked, versions_of

# Beats in the plain table for readers without scripts; the player's own table has no end.
MOST_ROWS = 5000


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
        response = render(request, "jobs/_live.html", context)
        response["HX-Trigger"] = "job-moved"
    else:
        context |= _history(request, job) | _found(request, job)
        response = render(request, "jobs/job_detail.html", context)
    patch_cache_control(response, private=True, no_cache=True, no_store=True)
    return allow_bucket(response, job.account)


def _live(request: HttpRequest, job: Job) -> dict[str, Any]:
    """What the part of the page shows that changes while the job moves."""
    followed_by = Job.objects.for_user(request.user).filter(follows=job).first()
    offered = possible(job) if may_change(request, job) else []
    # A job is retried once: from then on its retry is.
    actions = [action for action in offered if action != Action.RETRY or followed_by is None]
    advice = advise(job, actions) if followed_by is None else None
    sendings, older_sendings = sendings_of(job)
    told = timeline(list(job.events.all()), now=timezone.now())
    return {
        "job": job,
        "known": json.dumps({"If-None-Match": _version(request, job)}),
        "is_final": job.state in Job.FINAL,
        "actions": actions,
        "advice": advice,
        "advised": advice.actions if advice else (),
        "followed_by": followed_by,
        "failure": sentences.explain_failure(job),
        "cause": sentences.cause_of(job),
        "called": is_called(job),
        "looks_in_bucket": job.due_at is not None,
        "writes_files": writes_files(job.capability),
        "request_id": request_id_of(job),
        "timeline": told,
        "runs": runs_of(request.user, job),
        "sendings": sendings,
        "older_sendings": older_sendings,
        **_waiting(request, job),
    }


def _waiting(request: HttpRequest, job: Job) -> dict[str, Any]:
    """What a live job waits for, and who or what keeps it from moving."""
    is_queued = job.state == Job.State.QUEUED
    is_held = job.state in Job.WAITING and not job.account.is_usable
    held = sentences.explain_hold(job.account) if is_queued and not is_held else ""
    stopped = stopped_accounts(request.user).filter(pk=job.account_id).first() if held else None
    paused = paused_account(request.user, job.account) if job.is_live else None
    return {
        "is_held": is_held,
        "successor": successor_of(request, job.account) if is_held else None,
        "stopped": stopped,
        "paused": paused,
        # Said by a notice of their own.
        "hold": "" if stopped or paused else held,
        "waiting": sentences.explain_waiting(job),
        "moves": job.is_live and not (is_held or held or paused),
    }


def _history(request: HttpRequest, job: Job) -> dict[str, Any]:
    return {
        "exchanges": exchanges_of(job),
        "params": laid_out(job.params) if job.params else "",
        "same_song": others(request.user, job),
    }


def _found(request: HttpRequest, job: Job) -> dict[str, Any]:
    """The result and everything the page does with it; nothing before there is one."""
    if job.result is None:
        return {"result": None}
    result, number = result_asked(request, job)
    versions = versions_of(job, number)
    borrowed = lent(request.user, job, result)
    shown = completed(result, borrowed)
    return {
        "result": result,
        "note": sentences.explain_note(result.note),
        "player": player_of(job, shown),
        "song": song_of(shown, tempo=tempo_with(borrowed)),
        "borrowed": borrowed,
        "versions": versions,
        "original": _times_of_original(job) if versions.looked_at.shown else None,
        "asked": number,
        # Beats that another job lent are corrected there.
        "may_correct": may_change(request, job) and not any(each.markers for each in borrowed),
        "may_point": may_change(request, job) and is_possible(Action.READ_AGAIN, job),
        "longest": corrections.longest_of(job) if job.source_seconds else None,
        "rows": result.markers[:MOST_ROWS],
        "heard": heard_in(corrections.original(job)) if job.is_verification else None,
        **(shares_of(job) if may_change(request, job) else {}),
        "values": laid_out(result.values) if result.values else "",
        "exports": groups_for(result).items(),
        "rates": RATES.values(),
    }


def _times_of_original(job: Job) -> list[float]:
    """What a corrected version is compared with."""
    return [marker.time for marker in corrections.original(job).markers]
