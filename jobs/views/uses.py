"""Tells pages of other rooms which jobs a file is for; the library embeds it by name."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.songs import display_name
from accounts.streaming import audio_type
from accounts.views.access import account_or_404, may_write
from jobs import uses
from jobs.paging import SEARCHED
from jobs.sources import fault_of

# Paths of one request, and jobs that are named: beside a file, and on a page of their own.
MOST_PATHS = 1000
BESIDE, ON_PAGE = 5, 100


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def file_uses(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """The jobs of `path` (one or many), beside what htmx shows of a file, or as a page."""
    account = account_or_404(request, account_id)
    asked = request.POST if request.method == "POST" else request.GET
    paths = _fit(asked.getlist("path"))
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    found = uses.uses(request.user, account, paths, limit=BESIDE if fragment else ON_PAGE)
    context = {
        "account": account,
        "paths": paths,
        "name": display_name(account, paths[0]) if paths else "",
        "uses": found,
        "more": found.count - len(found.newest),
        "searched": SEARCHED,
        "song": paths[0] if len(paths) == 1 and audio_type(paths[0]) and may_write(request, account) else "",
    }
    return render(request, "jobs/_uses.html" if fragment else "jobs/uses.html", context)


@never_cache
@require_POST
def use_counts(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """For each of the listed `path`s, in their order, how many jobs are made of it: one query for a page."""
    account = account_or_404(request, account_id)
    paths = request.POST.getlist("path")[:MOST_PATHS]
    numbers = uses.counts(account, _fit(paths))
    counted = [(place, path, numbers.get(path, 0)) for place, path in enumerate(paths)]
    return render(request, "jobs/_use_counts.html", {"account": account, "counted": counted})


def _fit(paths: list[str]) -> list[str]:
    """Those that can be a song's path: no job is made of others, and not every database takes their signs."""
    return [path for path in paths[:MOST_PATHS] if not fault_of("path", path)]
