"""Two runs on one song: how far their beats agree, and where they do not."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.policy import allow_bucket
from accounts.views.access import uuid_in
from jobs import corrections, side_by_side
from jobs.agreement import Agreement, Level, compare
from jobs.models import Job
from jobs.results import Result
from jobs.views.access import job_or_404
from jobs.views.playing import player_of, song_of

# Of the list of differences; the picture shows all of them.
MOST_STRETCHES = 200
# How long before a difference one begins to listen, in seconds.
RUN_UP = 1.0

LEVELS: dict[Level, str | Promise] = {
    Level.SAME: _("the same tempo"),
    Level.DOUBLE: _("B counts twice as fast: one of them is an octave off"),
    Level.HALF: _("B counts half as fast: one of them is an octave off"),
    Level.TRIPLE: _("B counts three times as fast"),
    Level.THIRD: _("B counts a third as fast"),
    Level.THREE_HALVES: _("B counts three beats where A counts two"),
    Level.TWO_THIRDS: _("B counts two beats where A counts three"),
    Level.OTHER: _("no simple relation"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def compare_runs(request: HttpRequest) -> HttpResponse:
    """`?a=` and `?b=` are ids of jobs; the dashboard posts the two that are ticked."""
    if request.method == "POST":
        return _ticked(request)
    a, b = (_job(request, request.GET.get(name)) for name in ("a", "b"))
    context: dict[str, Any] = {"a": a, "b": b, "trouble": side_by_side.hindrance(a, b)}
    if context["trouble"]:
        return render(request, "jobs/compare.html", context, status=422)
    both = corrections.currents([a, b])
    context |= _context(a, both[a.pk], b, both[b.pk])
    return allow_bucket(render(request, "jobs/compare.html", context), a.account)


def _ticked(request: HttpRequest) -> HttpResponse:
    """The way from ticked rows to the page; back to the rows where they are not two."""
    named = request.POST.get("shown", "").split() if request.POST.get("all") else request.POST.getlist("job")
    ids = list(dict.fromkeys(named))
    if len(ids) != 2:
        messages.warning(request, _("Tick two jobs of one song to compare them."))
        back = request.POST.get("back", "")
        return redirect(reverse("jobs:board") + (back if back.startswith("?") else ""))
    jobs = sorted((_job(request, each) for each in ids), key=lambda job: job.created_at)
    return redirect(reverse("jobs:compare", query={"a": jobs[0].pk, "b": jobs[1].pk}))


def _job(request: HttpRequest, text: str | None) -> Job:
    key = uuid_in(text)
    if key is None:
        raise Http404
    return job_or_404(request, key)


def _context(a: Job, result_a: Result, b: Job, result_b: Result) -> dict[str, Any]:
    times = [[marker.time for marker in result.markers] for result in (result_a, result_b)]
    agreement = compare(*times)
    player = player_of(a, result_a) or player_of(b, result_b)
    if player:
        player["more_lanes"] = [("a", "A"), ("b", "B")]
    params, facts = side_by_side.params(a, b), side_by_side.facts(result_a, result_b)
    return {
        "params": params,
        "facts": facts,
        "agreement": agreement,
        "percent": None if agreement.f_measure is None else round(100 * agreement.f_measure, 1),
        "offset_ms": None if agreement.offset is None else round(1000 * agreement.offset, 1),
        "level": LEVELS[agreement.level] if agreement.level else "",
        "stretches": agreement.stretches[:MOST_STRETCHES],
        "more": max(0, len(agreement.stretches) - MOST_STRETCHES),
        "run_up": RUN_UP,
        "regions": [result_a.regions, result_b.regions] if result_a.regions or result_b.regions else None,
        "player": player,
        "song": song_of(result_a),
        "compared": _compared(result_b, agreement),
    }


def _compared(result_b: Result, agreement: Agreement) -> dict[str, Any]:
    """What static/js/compare takes beside A's own song."""
    return {
        **song_of(result_b),
        "onlyA": agreement.only_a,
        "onlyB": agreement.only_b,
        "pairs": agreement.pairs,
        "stretches": [[each.start, each.end] for each in agreement.stretches],
    }
