"""The dashboard: every job a person may see, live for as long as one of them moves."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import condition, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import Account
from jobs.forms import BoardFilter
from jobs.models import Job
from jobs.views.access import paused_accounts, stopped_accounts

PAGE_LENGTH = 50
# Tiles that are there even when nothing stands in their state.
_ALWAYS = (Job.State.QUEUED, Job.State.PROCESSING, Job.State.COMPLETED, Job.State.ERROR)


def _version(request: HttpRequest) -> str:
    """An ETag for the live part: it changes when a job does."""
    seen = Job.objects.for_user(request.user).aggregate(last=Max("changed_at"), count=Count("pk"))
    mine = Account.objects.for_user(request.user).order_by("pk")
    accounts = mine.values_list("name", "paused_because", "limits__stopped_at")
    parts = (request.user.pk, get_language(), request.get_full_path(), seen["last"], seen["count"], *accounts)
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _etag(request: HttpRequest) -> str | None:
    """None for the whole page: it shows more than jobs."""
    return _version(request) if request.htmx else None  # type: ignore[attr-defined]


@require_safe
@vary_on_headers("HX-Request")
@condition(etag_func=_etag)
def board(request: HttpRequest) -> HttpResponse:
    """The page, or for htmx only the part of it that changes."""
    wish = BoardFilter.wish(request.GET)
    mine = Job.objects.for_user(request.user)
    rows = mine.matching(**wish).for_board()
    page = Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {
        "filter": BoardFilter(initial=wish),
        "wish": wish,
        "page_obj": page,
        "tiles": _tiles(mine.matching(text=wish["text"]).counts(), wish["state"]),
        "is_live": mine.live().exists(),
        "has_account": Account.objects.for_user(request.user).exists(),
        "has_jobs": mine.exists(),
        "paused": paused_accounts(request.user),
        "stopped": stopped_accounts(request.user),
        "known": json.dumps({"If-None-Match": _version(request)}),
    }
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    response = render(request, "jobs/_board.html" if fragment else "jobs/board.html", context)
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _tiles(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """One tile for every state that holds jobs, and for those that people look for."""
    shown = [state for state in Job.State if counts.get(state) or state in _ALWAYS or state == chosen]
    return [
        {
            "state": state.value,
            "label": state.label,
            "count": counts.get(state, 0),
            "current": state == chosen,
        }
        for state in shown
    ]
