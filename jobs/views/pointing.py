"""A person points at the times of an answer in which the portal found none, or not the right ones."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.policy import allow_bucket
from jobs import signposts, tasks
from jobs.actions import Action, is_possible
from jobs.capabilities.reading.pointing import HIGHEST_RATE, LOWEST_RATE, UNITS, Listed
from jobs.capabilities.reading.times import LONGEST_SONG
from jobs.engine import looking
from jobs.models import Job, Signpost
from jobs.pointing_forms import PointingForm
from jobs.results import Result
from jobs.views.access import job_to_change
from jobs.views.playing import player_of, song_of

# A member whose last number lies in this part of the song is proposed first.
LIKELY = (0.5, 1.05)
_GUESSED = ("s", "ms", "us")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A member as the page lists it: its first numbers as they are and as `times` in seconds, the `last` of
    them, and the `percent` of the song that it reaches, None where the song's length is unknown. `fits` says
    whether all are times of the song."""

    value: str
    label: str
    source: str
    count: int
    first: list[str]
    times: list[float]
    last: float
    percent: int | None
    fits: bool


@require_http_methods(["GET", "HEAD", "POST"])
def job_times(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """GET shows the members and what the chosen one would give; POST has it remembered."""
    job = _job(request, job_id)
    signpost = Signpost.objects.of(job.account, job.capability)
    if request.method == "POST":
        form = PointingForm(request.POST)
        if form.is_valid() and _is_saved(form, job, request):
            return redirect("jobs:job_detail", job_id=job.pk)
        return _page(request, job, form, signpost, status=422)
    asked = {name: request.GET[name] for name in ("member", "unit", "rate") if request.GET.get(name)}
    return _page(request, job, PointingForm(asked) if asked else None, signpost)


@require_POST
def job_times_forget(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Let the account's answers be read as before anybody pointed."""
    job = _job(request, job_id)
    signpost = signposts.remove(job, request.user)
    if signpost:
        tasks.spread_soon(signpost.pk)
        messages.success(request, _("The account's answers are read without a hint again, old ones too."))
    return redirect("jobs:job_detail", job_id=job.pk)


def _job(request: HttpRequest, job_id: uuid.UUID) -> Job:
    """A finished job with its answer; 404 for any other."""
    job = job_to_change(request, job_id)
    if not is_possible(Action.READ_AGAIN, job):
        raise Http404
    return job


def _is_saved(form: PointingForm, job: Job, request: HttpRequest) -> bool:
    source, path = form.cleaned_data["member"]
    unit, rate = form.cleaned_data["unit"], form.cleaned_data["rate"]
    try:
        signpost = signposts.point(job, request.user, source=source, path=[*path], unit=unit, rate=rate)
    except ValidationError as error:
        form.add_error("member", error)
        return False
    tasks.spread_soon(signpost.pk)
    messages.success(
        request,
        _("The portal remembers the place for this account. Old results without times are read by it now."),
    )
    return True


def _page(
    request: HttpRequest,
    job: Job,
    form: PointingForm | None,
    signpost: Signpost | None,
    *,
    status: int = 200,
) -> HttpResponse:
    listed = looking.members(job)
    form = form or PointingForm(_proposal(listed or [], job.source_seconds, signpost))
    result = looking.result_at(job, form.spot()) if form.is_valid() else None
    shown = result or Result(files=Result.from_json(job.result or {}).files)
    context = {
        "job": job,
        "form": form,
        "rows": _rows(listed or [], form.data, job.source_seconds),
        "cannot_list": listed is None,
        "chosen": form.data.get("member", ""),
        "result": result,
        "is_empty": form.is_valid() and result is None,
        "signpost": signpost,
        "place": signposts.label_of(signpost.source, signpost.path) if signpost else "",
        "player": player_of(job, shown, song_id="pointed"),
        "song": song_of(shown),
    }
    return allow_bucket(render(request, "jobs/times.html", context, status=status), job.account)


def _rows(listed: list[Listed], data: Mapping[str, Any], seconds: float | None) -> list[Row]:
    per_second = _per_second(data)
    limit = seconds * LIKELY[1] if seconds else LONGEST_SONG
    return [
        Row(
            value=_value(member),
            label=signposts.label_of("", member.path) or _("the answer itself"),
            source=member.source,
            count=member.count,
            first=[f"{number:.10g}" for number in member.first],
            times=[number / per_second for number in member.first],
            last=member.greatest / per_second,
            percent=_percent(member.greatest / per_second, seconds),
            fits=0 <= member.least <= member.greatest <= limit * per_second,
        )
        for member in listed
    ]


def _percent(last: float, seconds: float | None) -> int | None:
    share = last / seconds if seconds else math.inf
    return round(100 * share) if 0 <= share <= LIKELY[1] else None


def _per_second(data: Mapping[str, Any]) -> float:
    """Of the unit as it was typed; seconds where that makes no sense."""
    try:
        typed = UNITS[str(data.get("unit"))] or float(data.get("rate") or 0)
    except (KeyError, ValueError):
        return 1.0
    return typed if LOWEST_RATE <= typed <= HIGHEST_RATE else 1.0


def _proposal(listed: list[Listed], seconds: float | None, signpost: Signpost | None) -> dict[str, Any]:
    """What the form begins with: what was kept, else the longest member that reaches through the song."""
    if signpost:
        rate = "" if signpost.rate is None else f"{signpost.rate:g}"
        member = json.dumps([signpost.source, *signpost.path])
        return {"member": member, "unit": signpost.unit, "rate": rate}
    fitting = [
        (member.count, -at, unit)
        for at, member in enumerate(listed)
        for unit in _GUESSED
        if seconds and LIKELY[0] <= member.greatest / (UNITS[unit] or 1.0) / seconds <= LIKELY[1]
    ]
    if not fitting:
        return {"unit": "s"}
    _count, at, unit = max(fitting)
    return {"member": _value(listed[-at]), "unit": unit}


def _value(member: Listed) -> str:
    return json.dumps([member.source, *member.path])
