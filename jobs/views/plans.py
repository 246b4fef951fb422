"""The look that a person takes at what is about to be sent, and the click that sends it."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.contents import Contents
from accounts.views.access import account_to_use
from jobs import planning, tasks
from jobs.engine.converting import can_convert
from jobs.looking import look
from jobs.models import Plan
from jobs.sources import sources_of
from jobs.views.access import made_of, paused_account, stopped_accounts, unusable

# Songs that the page names; it counts all of them.
MOST_NAMED = 200
MOST_DOUBLES = 20
MOST_ODD = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What the plan comes to, or, once it is sent, what came of it."""
    # First the plan, then what came of it: sending makes the one before it deletes the other.
    mine = Plan.objects.for_user(request.user).select_related("account").filter(key=key).first()
    if made := made_of(request, key):
        return made
    if mine is None:
        raise Http404
    account = account_to_use(request, mine.account_id)
    if not account.is_usable:
        return unusable(request, account)
    if request.method != "POST":
        return _page(request, mine, errors=[])
    try:
        job, batch = planning.send(mine, request.user, as_audio="as_audio" in request.POST)
    except ValidationError as error:
        return _page(request, mine, errors=error.messages)
    tasks.enqueue(job)
    if batch is None:
        return redirect("jobs:job_detail", job_id=job.pk)
    return redirect("jobs:batch", batch_id=batch.pk)


@never_cache
@require_POST
def plan_contents(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Look into those of the plan's files that nobody looked into yet, and say what they hold: a fragment."""
    mine = get_object_or_404(Plan.objects.for_user(request.user).select_related("account"), key=key)
    seen = look(account_to_use(request, mine.account_id), mine.unseen)
    mine.odd |= {path: asdict(contents) for path, contents in seen.odd.items()}
    mine.unseen = seen.unseen
    # Meanwhile it may have been sent, and be gone, or changed.
    now = Plan.objects.for_user(request.user).filter(pk=mine.pk)
    if now.values_list("places", flat=True).first() == mine.places:
        now.update(odd=mine.odd, unseen=mine.unseen)
    context = {"plan": mine, "is_ticked": "as_audio" in request.POST, **_contents(mine)}
    return render(request, "jobs/_contents.html", context)


def _contents(mine: Plan) -> dict[str, Any]:
    """What is known of the songs' files, and whether their sound can be taken out here."""
    names = {each.path: each.name for each in sources_of(mine.account, mine.odd)}
    odd = [(names[path], Contents(**found).words) for path, found in mine.odd.items()]
    return {
        "odd": odd[:MOST_ODD],
        "more_odd": max(0, len(odd) - MOST_ODD),
        "may_be_odd": bool(mine.odd or mine.unseen or mine.copied),
        "can_convert": can_convert(),
    }


def _page(request: HttpRequest, mine: Plan, *, errors: list[str]) -> HttpResponse:
    sources = sources_of(mine.account, mine.places)
    context = {
        "plan": mine,
        "account": mine.account,
        "stopped": stopped_accounts(request.user).filter(pk=mine.account_id),
        "paused": paused_account(request.user, mine.account),
        "outlook": planning.outlook(mine.account, mine.capability, [each.seconds for each in sources]),
        "named": sources[:MOST_NAMED],
        "unnamed": max(0, len(sources) - MOST_NAMED),
        "doubles": mine.doubles[:MOST_DOUBLES],
        "more_doubles": max(0, len(mine.doubles) - MOST_DOUBLES),
        "errors": errors,
        "looks": bool(mine.unseen),
        "is_ticked": True,
        **_contents(mine),
    }
    return render(request, "jobs/batch_plan.html", context, status=422 if errors else 200)
