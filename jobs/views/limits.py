"""The limits of an account: seen by every member, set by owners, stopped by everybody who may send."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import F, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Account
from accounts.views.access import account_or_404, account_to_use, owned_account, person
from accounts.views.accounts import hub
from jobs import costs, limits
from jobs.engine import metering
from jobs.limit_forms import LimitsForm, PriceForm
from jobs.models import Limits, Price, Usage

DAYS = 14
_SUMS = {name: Sum(name) for name in ("calls", "songs", "seconds", "unmeasured")}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_limits(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """The page; a POST of an owner sets the caps."""
    if request.method != "POST":
        return _page(request, account_or_404(request, account_id))
    account = owned_account(request, account_id)
    form = LimitsForm(request.POST, instance=Limits.objects.of(account), account=account)
    if not form.is_valid():
        return _page(request, account, form=form)
    if limits.change(account, by=person(request), caps=form.cleaned_data):
        messages.success(request, _("The limits hold from now on."))
    return _back(account)


@require_POST
def account_stop(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Nothing new is sent from now on."""
    account = account_to_use(request, account_id)
    on_the_wire = limits.stop(account, by=person(request))
    if on_the_wire:
        words = ngettext(
            "Nothing new is sent from now on. %(number)d call is on its way to TMP already.",
            "Nothing new is sent from now on. %(number)d calls are on their way to TMP already.",
            on_the_wire,
        )
        messages.warning(request, words % {"number": on_the_wire})
    elif on_the_wire == 0:
        messages.success(request, _("Nothing new is sent from now on."))
    return _back(account)


@require_POST
def account_go_on(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Jobs that wait are sent again."""
    account = owned_account(request, account_id)
    if limits.go_on(account, by=person(request)):
        messages.success(request, _("The account goes on; its waiting jobs are sent."))
    return _back(account)


@require_POST
def account_price(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Note what a capability costs."""
    account = owned_account(request, account_id)
    form = PriceForm(request.POST)
    if not form.is_valid():
        return _page(request, account, price_form=form)
    price = dict(form.cleaned_data)
    limits.put_price(account, by=person(request), capability=price.pop("capability"), price=price)
    messages.success(request, _("The price is noted; money is told by it from now on."))
    return _back(account)


@require_POST
def price_delete(request: HttpRequest, account_id: uuid.UUID, price_id: int) -> HttpResponse:
    """Tell no more money for a capability."""
    account = owned_account(request, account_id)
    limits.drop_price(get_object_or_404(Price, account=account, pk=price_id), by=person(request))
    messages.success(request, _("The price is deleted."))
    return _back(account)


def _back(account: Account) -> HttpResponse:
    return redirect("jobs:account_limits", account_id=account.pk)


def _page(
    request: HttpRequest,
    account: Account,
    *,
    form: forms.BaseForm | None = None,
    price_form: forms.BaseForm | None = None,
) -> HttpResponse:
    held, now = limits.hold(account)
    today = metering.today()
    usage = Usage.objects.filter(account=account)
    context = hub(request, account, tab="limits") | {
        "form": form or LimitsForm(instance=now.limits, account=account),
        "price_form": price_form or PriceForm(),
        "price_is_open": price_form is not None,
        "standing": now,
        "held": held,
        "zone": settings.TIME_ZONE,
        "today": usage.filter(day=today).aggregate(**_SUMS),
        "people": _by_person(Usage.objects.for_user(request.user).filter(account=account, day=today)),
        "days": _days(usage),
        "prices": _prices(account),
    }
    state = 422 if form or price_form else 200
    return render(request, "jobs/limits.html", context, status=state)


def _by_person(usage: QuerySet[Usage]) -> list[dict[str, Any]]:
    rows = usage.order_by("user__username").values(name=F("user__username")).annotate(**_SUMS)
    return [dict(row) for row in rows]


def _days(usage: QuerySet[Usage]) -> list[dict[str, Any]]:
    """The last DAYS days, today first, those without a call too."""
    today = metering.today()
    rows = usage.filter(day__gt=today - timedelta(days=DAYS)).order_by().values("day").annotate(**_SUMS)
    found: dict[Any, dict[str, Any]] = {row["day"]: dict(row) for row in rows}
    days = [today - timedelta(days=number) for number in range(DAYS)]
    none: dict[str, Any] = dict.fromkeys(_SUMS, 0)
    most = max((row["calls"] for row in found.values()), default=0)
    return [{**none, **found.get(day, {}), "day": day, "most": max(most, 1)} for day in days]


def _prices(account: Account) -> list[dict[str, Any]]:
    """Every price with what it makes of today and of the last DAYS days."""
    today = metering.today()
    now = costs.spent(account, today, today)
    lately = costs.spent(account, today - timedelta(days=DAYS - 1), today)
    rows = Price.objects.filter(account=account).select_related("typed_by").order_by("capability")
    return [
        {"price": price, "today": now.get(price.capability), "lately": lately.get(price.capability)}
        for price in rows
    ]
