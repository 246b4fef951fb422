"""One batch on one page: how far it is, what failed, everything again or away."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control
from django.utils.dateparse import parse_datetime
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import condition, require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import Account
from accounts.views.access import may_write
from jobs import batch_reading, batch_zip, batches, planning, tasks
from jobs.export_form import USUAL_FORMATS, BatchExportForm
from jobs.exports import by_group
from jobs.exports.names import stem_of
from jobs.exports.timing import RATES
from jobs.forms import BatchFilter
from jobs.models import Batch, Job
from jobs.sentences import explain_hold, explain_unusable
from jobs.views.access import paused_account, stopped_accounts, unusable

State = Job.State


def _version(request: HttpRequest, batch: Batch) -> str:
    """An ETag for the live part of the page."""
    account = batch.account
    parts = (
        request.user.pk,
        get_language(),
        request.get_full_path(),
        account.paused_because,
        account.is_usable,
        *_stopped(request, account).values_list("pk", flat=True),
        *batch_reading.version(batch),
    )
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _stopped(request: HttpRequest, account: Account) -> QuerySet[Account]:
    """The account, if a person stopped it."""
    return stopped_accounts(request.user).filter(pk=account.pk)


def _etag(request: HttpRequest, batch_id: uuid.UUID) -> str | None:
    """None for the whole page: it shows more than jobs."""
    return _version(request, batch_or_404(request, batch_id)) if request.htmx else None  # type: ignore[attr-defined]


def batch_or_404(request: HttpRequest, batch_id: uuid.UUID) -> Batch:
    """The batch, if the person is a member of its account."""
    rows = Batch.objects.for_user(request.user).select_related("account", "owner")
    return get_object_or_404(rows, pk=batch_id)


def batch_to_change(request: HttpRequest, batch_id: uuid.UUID) -> Batch:
    """As batch_or_404, but 403 for a viewer."""
    batch = batch_or_404(request, batch_id)
    if not may_write(request, batch.account):
        raise PermissionDenied
    return batch


@require_safe
@vary_on_headers("HX-Request")
@condition(etag_func=_etag)
def batch(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The page, or for htmx only the part of it that changes."""
    shown = batch_or_404(request, batch_id)
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    template = "jobs/_batch.html" if fragment else "jobs/batch.html"
    response = render(request, template, _context(request, shown))
    patch_cache_control(response, private=True, no_cache=True, no_store=True)
    return response


def _context(request: HttpRequest, shown: Batch) -> dict[str, Any]:
    # Before anything is read: what moves meanwhile must look like news to the next question.
    known = json.dumps({"If-None-Match": _version(request, shown)})
    wish = BatchFilter.wish(request.GET)
    numbers = batch_reading.counts(shown)
    total = sum(numbers.values())
    live = sum(numbers.get(state, 0) for state in Job.LIVE)
    reasons = batch_reading.reasons(shown)
    is_usable = shown.account.is_usable
    return {
        "batch": shown,
        "total": total,
        "ended": total - live - numbers.get(State.UNSURE, 0),
        "is_live": live > 0,
        "segments": batch_reading.segments(numbers),
        "reasons": reasons[: batch_reading.MOST_REASONS],
        "more_reasons": len(reasons) > batch_reading.MOST_REASONS,
        "filter": BatchFilter(initial=wish),
        "wish": wish,
        "page": batch_reading.page(
            shown, **wish, after=request.GET.get("after", ""), before=request.GET.get("before", "")
        ),
        "may_change": may_write(request, shown.account),
        "may_retry": is_usable and any(numbers.get(state) for state in batches.FAILED),
        "waiting": sum(numbers.get(state, 0) for state in Job.WAITING),
        "has_results": bool(numbers.get(State.COMPLETED)),
        "held": "" if is_usable or not numbers.get(State.QUEUED) else explain_unusable(shown.account),
        "paused": paused_account(request.user, shown.account) if live else None,
        "stopped": _stopped(request, shown.account) if live else (),
        "hold": explain_hold(shown.account) if is_usable and numbers.get(State.QUEUED) else "",
        "known": known,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def batch_retry(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """What it comes to to send again what failed; or it is sent."""
    again = batch_to_change(request, batch_id)
    if not again.account.is_usable:
        return unusable(request, again.account)
    if request.method == "POST":
        _retry(request, again)
        return redirect("jobs:batch", batch_id=again.pk)
    rows = list(batches.failed(again).order_by("position").only("source_name", "source_seconds", "ended_at"))
    if not rows:
        return redirect("jobs:batch", batch_id=again.pk)
    context = {
        "batch": again,
        "account": again.account,
        "paused": paused_account(request.user, again.account),
        "stopped": _stopped(request, again.account),
        "outlook": planning.outlook(again.account, again.capability, [row.source_seconds for row in rows]),
        # Only what was looked at is sent, whatever fails meanwhile.
        "until": max(row.ended_at for row in rows if row.ended_at).isoformat(),
    }
    return render(request, "jobs/batch_retry.html", context)


def _retry(request: HttpRequest, again: Batch) -> None:
    try:
        until = parse_datetime(request.POST.get("until", ""))
    except ValueError:
        until = None
    try:
        jobs = batches.retry_failed(again, request.user, until=until)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return
    # Nothing to say of a second click: what it asked for is done.
    if jobs:
        tasks.enqueue(jobs[0])
        said = ngettext("%(number)s job is sent again.", "%(number)s jobs are sent again.", len(jobs))
        messages.success(request, said % {"number": len(jobs)})


@require_POST
def batch_cancel(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Cancel what was not sent yet."""
    shown = batch_to_change(request, batch_id)
    if number := batches.cancel_waiting(shown):
        said = ngettext(
            "%(number)s waiting job is canceled.", "%(number)s waiting jobs are canceled.", number
        )
        messages.success(request, said % {"number": number})
    else:
        messages.info(request, _("No job was waiting any more."))
    return redirect("jobs:batch", batch_id=shown.pk)


@require_safe
def batch_export(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Which formats a zip of the batch shall have."""
    return _export_page(request, batch_or_404(request, batch_id), BatchExportForm())


def _export_page(request: HttpRequest, taken: Batch, form: BatchExportForm) -> HttpResponse:
    groups = [
        (group, list(dict.fromkeys(each for _application, each in pairs)))
        for group, pairs in by_group().items()
    ]
    context = {
        "batch": taken,
        "form": form,
        "groups": groups,
        "chosen": request.GET.getlist("format") or USUAL_FORMATS,
        "rates": RATES.values(),
    }
    return render(request, "jobs/batch_export.html", context, status=400 if form.errors else 200)


@require_safe
def batch_zip_file(request: HttpRequest, batch_id: uuid.UUID) -> StreamingHttpResponse | HttpResponse:
    """What the batch found, in one file; 400 and why where the query makes no sense."""
    taken = batch_or_404(request, batch_id)
    form = BatchExportForm(request.GET)
    if not form.is_valid():
        return _export_page(request, taken, form)
    response = StreamingHttpResponse(batch_zip.stream(taken, form), content_type="application/zip")
    name = stem_of(f"{taken.label}.", fallback=f"batch {taken.created_at:%Y-%m-%d}")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.zip") or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
