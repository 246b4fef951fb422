"""How well an account is, to be looked at by every member; a worker does the looking."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import endpoints, tasks
from accounts.managing import health
from accounts.managing.health_sentences import SUMMARIES, account_rows, phase_row, shown
from accounts.models import Account
from accounts.views.access import account_or_404, account_to_use, may_write
from accounts.views.accounts import hub

SERVICE_KEYS = (health.WORKER, health.ENDPOINT, health.SIGNATURE, health.GATEWAY_CLOCK, "look")


@require_safe
@never_cache
def account_health(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """What was found when the account was last looked at."""
    account = account_or_404(request, account_id)
    context = hub(request, account, tab="health") | _context(request, account)
    return render(request, "accounts/health.html", context)


@require_safe
@never_cache
def account_health_progress(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """The moving part of the page, for htmx."""
    return render(request, "accounts/_health.html", _context(request, account_or_404(request, account_id)))


@require_POST
def account_health_look(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Have a worker look now; a second click while it does changes nothing."""
    account = account_to_use(request, account_id)
    asked_at = health.ask(account)
    if asked_at:
        tasks.enqueue_health(account, asked_at)
    else:
        messages.info(request, _("The account is being looked at already."))
    return redirect("accounts:account_health", account.pk)


def _context(request: HttpRequest, account: Account) -> dict[str, Any]:
    phase, summary = health.phase(account), health.health_summary(account)
    trouble = phase_row(account, phase)
    # An earlier look's worker says nothing where none comes now.
    kept = [row for row in account.health if not (trouble and row["key"] == health.WORKER)]
    rows = [shown(row) for row in kept]
    return {
        "account": account,
        "endpoint": endpoints.endpoint(account.endpoint),
        "phase": phase,
        "summary": summary,
        "summary_words": SUMMARIES[summary.state],
        "phase_row": trouble,
        "account_rows": account_rows(account),
        "service_rows": [row for row in rows if row["key"] in SERVICE_KEYS],
        "bucket_rows": [row for row in rows if row["key"] not in SERVICE_KEYS],
        "may_look": may_write(request, account),
    }
