"""How much was sent to TMP, by whom and in whose name, day by day: a page, and the same as a CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Account
from jobs import charts
from jobs.exports.tables import Table
from jobs.models import Usage
from jobs.templatetags.job_words import capability_title, minutes
from jobs.usage import Row, Sum, by_account, by_capability, by_day, by_person, rows_of, sum_of
from jobs.usage_form import LENGTHS, USUAL, Span, UsageForm
from jobs.views.downloads import file_response

HEADER = (
    *("day", "account", "account_id", "person", "capability", "calls", "songs", "perhaps"),
    *("minutes", "songs_without_length", "money", "currency"),
)


@never_cache
@require_safe
def usage(request: HttpRequest) -> HttpResponse:
    """Charts by day, and sums by person, account and capability; 422 and why for a filter without sense."""
    form = UsageForm(request.GET, user=request.user)
    rows, span = rows_of(form.usage()), form.span
    days, today = by_day(rows), timezone.localdate()
    context = {
        "form": form,
        "span": span,
        "lengths": LENGTHS,
        "length": _length(form),
        "today": today,
        "later": span.after if span.after.first <= today else None,
        "zone": settings.TIME_ZONE,
        "whole": sum_of(rows),
        "calls": _calls(span, days),
        "minutes": _minutes(span, days),
        "parts": _parts(rows),
        "query": request.GET.urlencode(),
        "has_accounts": Account.objects.for_user(request.user).exists(),
        "has_usage": bool(rows) or Usage.objects.for_user(request.user).exists(),
    }
    return render(request, "jobs/usage.html", context, status=200 if form.is_valid() else 422)


@require_safe
def usage_csv(request: HttpRequest) -> HttpResponseBase:
    """The rows that the page of the same address adds up; leads there where the filter makes no sense."""
    form = UsageForm(request.GET, user=request.user)
    if not form.is_valid():
        return redirect(f"{reverse('jobs:usage')}?{request.GET.urlencode()}")
    span = form.span
    return _file(rows_of(form.usage()), name=f"usage-{span.first}-{span.last}.csv")


def _file(rows: Sequence[Row], *, name: str) -> FileResponse:
    content = Table((HEADER, *_cells(rows))).content()
    return file_response(content, name=name, content_type="text/csv; charset=utf-8")


def _cells(rows: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        yield (
            *(row.day.isoformat(), row.account, str(row.account_id), row.person),
            *(row.capability, row.calls, row.songs, row.perhaps),
            *(f"{row.seconds / 60:.6f}", row.unmeasured, _money(row), row.currency if _money(row) else ""),
        )


def _money(row: Row) -> str:
    return "" if row.money is None else f"{row.money:f}"


def _length(form: UsageForm) -> int | None:
    """How many days until today are shown, where nothing else was asked for."""
    told = form.cleaned_data
    if form.errors or told["since"] or told["until"] or told["month"]:
        return None
    return told["days"] or USUAL


def _calls(span: Span, days: dict[date, Sum]) -> dict[str, Any]:
    """The first chart: accepted calls, and on top of them those that perhaps were."""
    told = [(day, days.get(day, Sum())) for day in span.days]
    top = charts.round_top(max(total.calls for _day, total in told))
    stacks = [[("song", total.songs), ("perhaps", total.perhaps)] for _day, total in told]
    return {
        "columns": charts.columns(stacks, [_counted(*each) for each in told], top=top),
        "top": formats.number_format(int(top), force_grouping=True),
        "rows": [(day, [total.calls, total.songs, total.perhaps]) for day, total in told if total.calls],
        "heads": [_("Calls"), _("Songs"), _("Perhaps accepted")],
    }


def _minutes(span: Span, days: dict[date, Sum]) -> dict[str, Any]:
    """The second: minutes of music."""
    told = [(day, days.get(day, Sum())) for day in span.days]
    top = charts.round_top(max(total.seconds for _day, total in told) / 60)
    titles = [f"{formats.date_format(day)}: {_minutes_said(total)}" for day, total in told]
    stacks = [[("minutes", total.seconds / 60)] for _day, total in told]
    return {
        "columns": charts.columns(stacks, titles, top=top),
        "top": formats.number_format(int(top), force_grouping=True),
        "rows": [(day, [minutes(total.seconds)]) for day, total in told if total.songs],
        "heads": [_("Minutes")],
    }


def _parts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Who sent how much, in whose name, of what; each name is the way to its own usage."""
    capabilities = [(key, capability_title(key), total) for key, _name, total in by_capability(rows)]
    told: list[tuple[str, str, list[Any]]] = [
        ("person", _("By person"), by_person(rows)),
        ("account", _("By account"), by_account(rows)),
        ("capability", _("By capability"), capabilities),
    ]
    return [
        # The most calls come first.
        {"field": field, "title": title, "sums": sums, "most": sums[0][2].calls if sums else 1}
        for field, title, sums in told
    ]


def _counted(day: date, total: Sum) -> str:
    """What a bar says when a pointer rests on it."""
    said = _("no call")
    if total.calls:
        said = _("accepted %(songs)s, perhaps %(perhaps)s") % {
            "songs": total.songs,
            "perhaps": total.perhaps,
        }
    return f"{formats.date_format(day)}: {said}"


def _minutes_said(total: Sum) -> str:
    return _("%(minutes)s minutes of music") % {"minutes": minutes(total.seconds)}
