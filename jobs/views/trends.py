"""Charts of jobs over time: how they ended, how long they took, why they failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Account
from jobs import charts
from jobs.board_filter import query_of
from jobs.models import Job
from jobs.reasons import reason
from jobs.templatetags.job_words import clock
from jobs.trends import ENDINGS, Day, Trends
from jobs.trends import trends as read_trends

SPANS = (7, 30, 90)
State = Job.State


@never_cache
@require_safe
def trends(request: HttpRequest) -> HttpResponse:
    """For every account of the person, or the one that `account` names; what makes no sense is ignored."""
    accounts = list(Account.objects.for_user(request.user).order_by("name", "pk"))
    chosen = [each for each in accounts if str(each.pk) == request.GET.get("account")]
    told = request.GET.get("days", "")
    days = int(told) if told in map(str, SPANS) else 30
    found = read_trends([each.pk for each in chosen or accounts], days)
    context = {
        "accounts": accounts,
        "account": chosen[0] if chosen else None,
        "span": days,
        "spans": SPANS,
        "found": found,
        "whole": found.whole,
        "failed_share": _share(found.whole),
        "endings": [
            (state.value, state.label, found.whole.numbers[state])
            for state in ENDINGS
            if found.whole.numbers.get(state)
        ],
        "ended": _ended(found),
        "lengths": _lengths(found),
        "failures": _failures(found, chosen),
    }
    return render(request, "jobs/trends.html", context)


def _ended(found: Trends) -> dict[str, Any]:
    """The first chart: bars by day, stacked by how jobs ended."""
    top = charts.round_top(max(day.total for day in found.days))
    stacks = [[(state.value, day.numbers.get(state, 0)) for state in ENDINGS] for day in found.days]
    return {
        "columns": charts.columns(stacks, [_counted(day) for day in found.days], top=top),
        "top": formats.number_format(int(top), force_grouping=True),
        "rows": [
            (day.day, [day.numbers.get(state, 0) for state in ENDINGS]) for day in found.days if day.total
        ],
        "heads": [state.label for state in ENDINGS],
    }


def _lengths(found: Trends) -> dict[str, Any] | None:
    """The second: how long completed jobs took; None without one."""
    timed = [day for day in found.days if day.median is not None]
    if not timed:
        return None
    top = charts.round_clock(max(day.p90 or 0 for day in timed))
    stacks = [
        [("median", day.median or 0), ("p90", (day.p90 or 0) - (day.median or 0))] for day in found.days
    ]
    return {
        "columns": charts.columns(stacks, [_timed(day) for day in found.days], top=top),
        "top": clock(top),
        "rows": [(day.day, [clock(day.median), clock(day.p90)]) for day in timed],
        "heads": [_("Half within"), _("Nine of ten within")],
    }


def _failures(found: Trends, chosen: Sequence[Account]) -> list[dict[str, Any]]:
    """The third: reasons, each with the way to its jobs."""
    most = max((number for _kind, number in found.failures), default=0)
    wish = {
        "state": State.ERROR,
        "account": chosen[0].pk if chosen else "",
        "since": found.days[0].day,
    }
    return [
        {"words": reason(kind), "number": number, "most": most, "query": query_of(wish, reason=kind)}
        for kind, number in found.failures
    ]


def _counted(day: Day) -> str:
    """What a bar says when a pointer rests on it."""
    parts = [f"{state.label} {day.numbers[state]}" for state in ENDINGS if day.numbers.get(state)]
    return f"{formats.date_format(day.day)}: {', '.join(parts) or _('no job ended')}"


def _timed(day: Day) -> str:
    if day.median is None:
        return f"{formats.date_format(day.day)}: {_('no job completed')}"
    told = _("half within %(median)s, nine of ten within %(p90)s") % {
        "median": clock(day.median),
        "p90": clock(day.p90),
    }
    return f"{formats.date_format(day.day)}: {told}"


def _share(whole: Day) -> float | None:
    """Failed ones among those that TMP finished, in per cent."""
    failed, completed = whole.numbers.get(State.ERROR, 0), whole.numbers.get(State.COMPLETED, 0)
    return 100 * failed / (failed + completed) if failed + completed else None
