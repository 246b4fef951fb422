"""Run verification: what is sent, what it may cost, and one button."""

from __future__ import annotations

import json
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Account
from accounts.views.access import account_to_use
from jobs import guide, sample, sentences, tasks, verifying
from jobs.forms import OnceForm
from jobs.models import Job
from jobs.sources import SourceRefused
from jobs.views.access import paused_account


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_verify(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """The page that explains, or the job: one for each form, however often it is sent."""
    account = account_to_use(request, account_id)
    if request.method != "POST":
        return _page(request, account, OnceForm())
    form = OnceForm(request.POST)
    if form.is_valid() and (job := _verify(request, account, form)):
        tasks.enqueue(job)
        return redirect("jobs:job_detail", job_id=job.pk)
    return _page(request, account, form, http_state=422 if account.is_usable else 403)


def _verify(request: HttpRequest, account: Account, form: forms.Form) -> Job | None:
    """The job; None when it could not be made, with the reason in `form`."""
    try:
        return verifying.verify(
            user=request.user, account=account, idempotency_key=form.cleaned_data["idempotency_key"]
        )
    except SourceRefused as error:
        form.add_error(None, str(error.sentence))
    except ValidationError as error:
        form.add_error(None, error.messages)
    return None


def _page(request: HttpRequest, account: Account, form: forms.Form, *, http_state: int = 200) -> HttpResponse:
    context = {
        "account": account,
        "form": form,
        "unusable": sentences.explain_unusable(account),
        "paused": paused_account(request.user, account),
        "latest": verifying.latest(account),
        "sample": sample,
        "sample_path": guide.SAMPLE_PATH,
        "request_text": json.dumps(verifying.request_of(account), ensure_ascii=False, indent=2),
        "differences": guide.differences(account),
    }
    return render(request, "jobs/account_verify.html", context, status=http_state)
