"""Plans cuts on the beats of a result, and carries the cut list away."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.policy import allow_bucket
from jobs.cuts.edl import edl
from jobs.cuts.otio import otio
from jobs.cuts.picture import picture_of
from jobs.cuts.planning import NoCutsError, Prefer
from jobs.cuts.shots import CutList, cut_list
from jobs.cuts.wishing import START, CutForm, said_or_usual
from jobs.exports.base import Song
from jobs.exports.names import stem_of
from jobs.exports.timing import RATES
from jobs.models import Job
from jobs.results import Region, Result
from jobs.views.access import job_or_404
from jobs.views.downloads import file_response
from jobs.views.playing import player_of, song_of
from jobs.views.versions import result_asked

FILES = {"edl": (edl, "text/plain; charset=utf-8"), "otio": (otio, "application/json")}


@require_safe
def job_cuts(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """The wish as a form, and the cut list that comes nearest to it; 400 and why where there is none."""
    job, result = _job_and_result(request, job_id)
    form, cuts = _planned(request, job, result)
    return _page(request, job, result, form, cuts)


@require_safe
def job_cut_list(request: HttpRequest, job_id: uuid.UUID, format_key: str) -> HttpResponseBase:
    """The cut list as a file for an editor; the page with 400 where the link makes no sense."""
    job, result = _job_and_result(request, job_id)
    if format_key not in FILES:
        raise Http404
    form, cuts = _planned(request, job, result)
    if cuts is None:
        return _page(request, job, result, form, None)
    write, content_type = FILES[format_key]
    name = f"{stem_of(job.source_name)}.cuts.{format_key}"
    return file_response(write(cuts), name=name, content_type=content_type)


def _job_and_result(request: HttpRequest, job_id: uuid.UUID) -> tuple[Job, Result]:
    job = job_or_404(request, job_id)
    if job.result is None:
        raise Http404
    result, _number = result_asked(request, job)
    return job, result


def _planned(request: HttpRequest, job: Job, result: Result) -> tuple[CutForm, CutList | None]:
    """The form as it was filled in, with faults where there is no cut list."""
    has_bars = sum(marker.downbeat for marker in result.markers) > 1
    form = CutForm(said_or_usual(request.GET, has_bars=has_bars))
    if not form.is_valid():
        return form, None
    said = form.cleaned_data
    song = Song(name=job.source_name, seconds=job.source_seconds)
    try:
        cuts = cut_list(
            result,
            form.wish,
            song=song,
            timing=form.timing(START),
            begin=said["begin"],
            end=said["end"],
        )
    except NoCutsError as why:
        form.refuse(why)
        return form, None
    return form, cuts


def _page(
    request: HttpRequest, job: Job, result: Result, form: CutForm, cuts: CutList | None
) -> HttpResponse:
    context: dict[str, Any] = {
        "job": job,
        "result": result,
        "version": request.GET.get("version"),
        "form": form,
        "rates": RATES.values(),
        "start": START,
        "query": urlencode(request.GET, doseq=True),
    }
    if cuts is not None:
        context |= {
            "cuts": cuts,
            "picture": picture_of(cuts),
            "rows": _rows(cuts),
            "shortest": min(shot.seconds for shot in cuts.shots),
            "longest": max(shot.seconds for shot in cuts.shots),
            "is_deaf": _is_deaf(result, form.wish.prefer),
        }
        # The player knows stretches of a song as regions.
        shown = replace(result, regions=_regions(cuts))
        context |= {"player": player_of(job, shown), "song": song_of(shown)}
    status = 400 if cuts is None and result.markers else 200
    return allow_bucket(render(request, "jobs/cuts.html", context, status=status), job.account)


def _regions(cuts: CutList) -> tuple[Region, ...]:
    """The shots in seconds of the song."""
    offset = float(cuts.timing.offset)
    return tuple(
        Region(start=shot.time - offset, end=shot.time + shot.seconds - offset, label=str(shot.number))
        for shot in cuts.shots
    )


def _rows(cuts: CutList) -> list[dict[str, Any]]:
    """The table: each shot with the timecodes of its first frame and of the one after its last."""
    timing = cuts.timing
    return [
        {"shot": shot, "in": timing.timecode(shot.first), "out": timing.timecode(shot.first + shot.count)}
        for shot in cuts.shots
    ]


def _is_deaf(result: Result, prefer: Prefer) -> bool:
    """Whether nothing is known of what the person prefers."""
    return (prefer == Prefer.DOWNBEATS and not any(marker.downbeat for marker in result.markers)) or (
        prefer == Prefer.STRONG and not any(marker.strength for marker in result.markers)
    )
