"""The jobs' part of an account's health page, as a fragment, or as a page for readers without scripts."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.views.access import account_or_404
from jobs import vitals


@never_cache
@require_safe
@vary_on_headers("HX-Request")
def account_vitals(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """How the account's jobs are doing; for every member."""
    account = account_or_404(request, account_id)
    context = {"account": account, "vitals": vitals.vitals(account), "counts": vitals.counts(account)}
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "jobs/_vitals.html" if fragment else "jobs/account_vitals.html", context)
