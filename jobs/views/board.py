"""The dashboard: every job a person may see, live for as long as one of them moves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import endpoints
from accounts.models import Account, Membership
from jobs.actions import SELECTABLE
from jobs.board_filter import LIVE, BoardFilter, jobs_wanted, query_of
from jobs.models import Job
from jobs.models.moments import as_moment
from jobs.models.visit import is_over
from jobs.paging import SEARCHED, Page, Wish, page
from jobs.standing import MOST_NEWS, NEWS, Standing, standing

PAGE_LENGTH = 50
# Tiles that are there even when nothing stands in their state.
_ALWAYS = (Job.State.QUEUED, Job.State.PROCESSING, Job.State.COMPLETED, Job.State.ERROR)
# What waits on this side, and what TMP has.
_WAITING = (Job.State.QUEUED, Job.State.SUBMITTING)

# As Account.objects.for_user(); written out, since to compose it would cost more than to run it. The mark is
# another one after every move of a job. The newest moment of a change would not do: of two moves the later
# one may be committed first.
_ACCOUNTS = """
SELECT account.id, account.name, account.endpoint, account.paused_because, limits.stopped_at, member.role,
    visit.since, visit.began_at,
    (SELECT SUM(tally.id) FROM jobs_tally tally WHERE tally.account_id = account.id) AS mark
FROM accounts_account account JOIN accounts_membership member ON member.account_id = account.id
LEFT JOIN jobs_limits limits ON limits.account_id = account.id
LEFT JOIN jobs_visit visit ON visit.user_id = member.user_id
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
    patch_cache_control(response, private=True, no_cache=True, no_store=True)
    return response


def _accounts(request: HttpRequest) -> list[Any]:
    """The person's accounts, each with the `mark` of its jobs, since when it is stopped, what the person
    may do, and the person's last visit: one query, and all that a look costs which sees nothing new."""
    # nosemgrep: rows-without-their-user  (the statement joins the person's memberships)
    accounts: list[Any] = list(Account.objects.raw(_ACCOUNTS, [request.user.pk]))
    for account in accounts:
        account.may_go_on = account.role == Membership.Role.OWNER
        account.may_write = account.may_resume = account.role != Membership.Role.VIEWER
    return accounts


def _version(request: HttpRequest, accounts: list[Any]) -> str:
    """An ETag for the live part: it changes when a job does, or what counts as news."""
    told = [
        (each.pk, each.name, each.paused_because, each.stopped_at, each.role, each.since, each.mark)
        for each in accounts
    ]
    parts = (request.user.pk, get_language(), request.get_full_path(), told)
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _context(request: HttpRequest, accounts: list[Any], version: str) -> dict[str, Any]:
    wish = BoardFilter.wish(request.GET, accounts)
    whole = not request.htmx  # type: ignore[attr-defined]
    since, begins = _visit(accounts, whole=whole)
    wanted = jobs_wanted(wish, accounts, since)
    now = standing(
        [account.pk for account in accounts],
        counted=wanted.accounts,
        since=since,
        person=request.user.pk if whole else None,
    )
    shown = _page(request, accounts, wanted, since)
    may_change = any(job.account.may_write for job in shown.jobs)  # type: ignore[attr-defined]
    query = query_of(wish)
    return {
        "filter": BoardFilter(initial=wish, accounts=accounts),
        "wish": wish,
        "query": query,
        "page": shown,
        "cut_at": _cut_at(wanted, now.counts),
        "tiles": _tiles(now.counts, wish),
        "glance": _glance(now, wish, since),
        "saved": _saved(now, query),
        "may_save": query and query not in (saved for _, _, saved in now.filters),
        "begins": begins,
        "is_live": any(now.counts.get(state) for state in Job.LIVE),
        "has_jobs": bool(now.counts or query),
        **_about(accounts),
        "actions": SELECTABLE if may_change else (),
        "known": json.dumps({"If-None-Match": version}),
    }


def _about(accounts: list[Any]) -> dict[str, Any]:
    """What is said of the accounts themselves."""
    return {
        "has_account": bool(accounts),
        "has_sandbox": endpoints.SANDBOX in endpoints.all_endpoints(),
        "paused": [account for account in accounts if account.paused_because],
        "stopped": [account for account in accounts if account.stopped_at],
    }


def _visit(accounts: list[Any], *, whole: bool) -> tuple[datetime | None, bool]:
    """What ended after this is news, and whether opening the whole page begins a new visit.

    The news of an open page stay what they are until the person is elsewhere for a while, or has seen them.
    """
    since = as_moment(accounts[0].since) if accounts else None
    began_at = as_moment(accounts[0].began_at) if accounts else None
    if since is None or began_at is None:
        return None, bool(accounts)
    if whole and is_over(began_at):
        return max(since, began_at), True
    return since, False


def _page(request: HttpRequest, accounts: list[Any], wanted: Wish, since: datetime | None) -> Page:
    """The jobs, each with its account at hand, and whether it is news."""
    known = {account.pk: account for account in accounts}
    shown = page(
        wanted,
        older=request.GET.get("older", ""),
        newer=request.GET.get("newer", ""),
        length=PAGE_LENGTH,
    )
    job: Any
    for job in shown.jobs:
        job.account = known[job.account_id]
        job.is_news = bool(since and job.state in NEWS and job.ended_at and job.ended_at > since)
    return shown


def _cut_at(wanted: Wish, counts: Mapping[str, int]) -> int | None:
    """After how many jobs a search ended; None when it may have seen all."""
    searched = sum(number for state, number in counts.items() if not wanted.states or state in wanted.states)
    return SEARCHED if wanted.is_searched and not wanted.ended_after and searched > SEARCHED else None


def _glance(now: Standing, wish: Mapping[str, Any], since: datetime | None) -> dict[str, Any]:
    """What runs, what failed, and what ended since the person last looked: numbers, and where they lead."""
    account = {"account": wish["account"]}
    waiting = sum(now.counts.get(state, 0) for state in _WAITING)
    running = sum(now.counts.get(state, 0) for state in Job.LIVE)
    return {
        "running": running,
        "waiting": waiting,
        "at_tmp": running - waiting,
        "running_query": query_of(account, state=LIVE),
        "finished": now.finished,
        "is_more": now.finished >= MOST_NEWS,
        "completed": now.news.get(Job.State.COMPLETED, 0),
        "failed": now.news.get(Job.State.ERROR, 0),
        "gave_up": now.news.get(Job.State.GAVE_UP, 0),
        "finished_query": query_of({"news": True}),
        "failed_query": query_of({"news": True, "state": Job.State.ERROR}),
        "since": since,
        "as_of": now.as_of,
        "ended": {state: now.counts.get(state, 0) for state in NEWS},
    }


def _tiles(counts: Mapping[str, int], wish: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One tile for every state that holds jobs, and for those that people look for."""
    chosen, account = wish["state"], {"account": wish["account"]}
    shown = [state for state in Job.State if counts.get(state) or state in _ALWAYS or state == chosen]
    return [
        {
            "state": state.value,
            "label": state.label,
            "count": counts.get(state, 0),
            "current": state == chosen,
            "query": query_of(account, state="" if state == chosen else state.value),
        }
        for state in shown
    ]


def _saved(now: Standing, query: str) -> Sequence[dict[str, Any]]:
    """The person's filters, by name."""
    return [{"name": name, "query": saved, "current": saved == query} for _, name, saved in now.filters]
