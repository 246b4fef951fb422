"""First contact on a page: choose the questions, see the answers come, take the report away."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import endpoints, tasks
from accounts.legible import laid_out
from accounts.managing import contact
from accounts.managing.asking import Phase
from accounts.managing.contact_sentences import (
    finding_row,
    lesson_sentences,
    question_row,
    title_of,
    trouble_sentence,
)
from accounts.models import Account
from accounts.views.access import owned_account, person
from accounts.views.accounts import hub

REPORT_NAME = "first-contact.json"


@require_safe
@never_cache
def account_contact(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Every question with what it teaches, and what came of those that were asked."""
    account = owned_account(request, account_id)
    context = hub(request, account, tab="health") | _context(account)
    return render(request, "accounts/contact.html", context)


@require_safe
@never_cache
def account_contact_progress(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """The moving part of the page, for htmx."""
    return render(request, "accounts/_contact.html", _context(owned_account(request, account_id)))


@require_POST
def account_contact_ask(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Have a worker ask what was ticked."""
    account = owned_account(request, account_id)
    chosen = contact.chosen(account, request.POST.getlist("question"))
    if not chosen:
        messages.error(request, _("Tick at least one question."))
        return redirect("accounts:account_contact", account.pk)
    asked_at = contact.ask(account)
    if asked_at:
        keys = [question.key for question in chosen]
        tasks.enqueue_contact(account, asked_at, questions=keys, user_id=person(request).pk)
    else:
        messages.info(request, _("Questions are on their way already."))
    return redirect("accounts:account_contact", account.pk)


@require_safe
@never_cache
def account_contact_report(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """The report as a file, exactly as the page shows it."""
    text = _report_text(owned_account(request, account_id))
    if not text:
        raise Http404
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{REPORT_NAME}"'
    return answer


def _report_text(account: Account) -> str:
    kept = account.contact_report or {}
    return laid_out(kept["report"]) + "\n" if kept.get("findings") else ""


def _context(account: Account) -> dict[str, Any]:
    kept, phase = account.contact_report or {}, contact.phase(account)
    findings = kept.get("findings", [])
    answered = {finding["key"] for finding in findings}
    waiting = [key for key in kept.get("questions", []) if key not in answered]
    is_working = phase is Phase.WORKING
    return {
        "account": account,
        "endpoint": endpoints.endpoint(account.endpoint),
        "phase": phase,
        "questions": [question_row(question) for question in contact.offered(account)],
        "findings": [finding_row(finding) for finding in findings],
        "next_title": title_of(waiting[0]) if is_working and waiting else "",
        "trouble": trouble_sentence(kept.get("trouble", ""), phase),
        "lessons": lesson_sentences(account.lessons),
        "report_text": "" if phase.is_live else _report_text(account),
    }
