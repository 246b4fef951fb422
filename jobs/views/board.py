"""The dashboard: every job a person may see, live for as long as one of them moves."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import Account, Membership
from jobs.actions import SELECTABLE
from jobs.forms import BoardFilter
from jobs.models import Job, Tally
from jobs.paging import SEARCHED, Page, Wish, page

PAGE_LENGTH = 50
# Tiles that are there even when nothing stands in their state.
_ALWAYS = (Job.State.QUEUED, Job.State.PROCESSING, Job.State.COMPLETED, Job.State.ERROR)

# As Account.objects.for_user(); written out, since to compose it would cost more than to run it. The mark is
# another one after every move of a job. The newest moment of a change would not do: of two moves the later
# one may be committed first.
_ACCOUNTS = """
SELECT account.id, account.name, account.endpoint, account.paused_because, limits.stopped_at, member.role,
    (SELECT SUM(tally.id) FROM jobs_tally tally WHERE tally.account_id = account.id) AS mark
FROM accounts_account account JOIN accounts_membership member ON member.account_id = account.id
LEFT JOIN jobs_limits limits ON limits.account_id = account.id
WHERE member.user_id = %s ORDER BY account.id
"""


@require_safe
@vary_on_headers("HX-Request")
def board(request: HttpRequest) -> HttpResponse:
    """The page, or for htmx only the part of it that changes: nothing, when that is at hand already."""
    accounts = _accounts(request)
    version = _version(request, accounts)
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    # The whole page shows more than jobs.
    response = get_conditional_response(request, etag=version) if fragment else None
    if response is None:
        template = "jobs/_board.html" if fragment else "jobs/board.html"
        response = render(request, template, _context(request, accounts, version))
    if fragment:
        response["ETag"] = version
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _accounts(request: HttpRequest) -> list[Any]:
    """The person's accounts, each with the `mark` of its jobs, since when it is stopped, and what the person
    may do: one query, and all that a look costs which sees nothing new."""
    accounts: list[Any] = list(Account.objects.raw(_ACCOUNTS, [request.user.pk]))
    for account in accounts:
        account.may_go_on = account.role == Membership.Role.OWNER
        account.may_write = account.may_resume = account.role != Membership.Role.VIEWER
    return accounts


def _version(request: HttpRequest, accounts: list[Any]) -> str:
    """An ETag for the live part: it changes when a job does."""
    told = [
        (each.pk, each.name, each.paused_because, each.stopped_at, each.role, each.mark) for each in accounts
    ]
    parts = (request.user.pk, get_language(), request.get_full_path(), told)
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _context(request: HttpRequest, accounts: list[Any], version: str) -> dict[str, Any]:
    wish = BoardFilter.wish(request.GET)
    counts = Tally.objects.counts([account.pk for account in accounts])
    shown = _page(request, accounts, wish)
    searched = counts.get(wish["state"], 0) if wish["state"] else sum(counts.values())
    may_change = any(job.account.may_write for job in shown.jobs)  # type: ignore[attr-defined]
    return {
        "filter": BoardFilter(initial=wish),
        "wish": wish,
        "page": shown,
        "cut_at": SEARCHED if wish["text"] and searched > SEARCHED else None,
        "tiles": _tiles(counts, wish["state"]),
        "is_live": any(counts.get(state) for state in Job.LIVE),
        "has_account": bool(accounts),
        "has_jobs": bool(counts),
        "paused": [account for account in accounts if account.paused_because],
        "stopped": [account for account in accounts if account.stopped_at],
        "actions": SELECTABLE if may_change else (),
        "known": json.dumps({"If-None-Match": version}),
    }


def _page(request: HttpRequest, accounts: list[Any], wish: dict[str, str]) -> Page:
    """The jobs, each with its account at hand."""
    known = {account.pk: account for account in accounts}
    shown = page(
        Wish(accounts=list(known), **wish),
        older=request.GET.get("older", ""),
        newer=request.GET.get("newer", ""),
        length=PAGE_LENGTH,
    )
    for job in shown.jobs:
        job.account = known[job.account_id]
    return shown


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
