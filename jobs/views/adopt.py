"""Adopts a job that another program created: paste its id or an answer of TMP about it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Account
from jobs import adopting
from jobs.forms import AdoptForm
from jobs.models import Job
from jobs.views.access import accounts_to_send_with, chosen_account, unusable


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def adopt(request: HttpRequest) -> HttpResponse:
    """The form, or the page of the job."""
    accounts = accounts_to_send_with(request.user)
    given = request.POST if request.method == "POST" else request.GET
    account = chosen_account(request, given.get("account"), accounts)
    if account is None:
        return render(request, "jobs/no_account.html")
    if not account.is_usable:
        return unusable(request, account)
    form = AdoptForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (job := _adopt(request, account, form)):
        return redirect("jobs:job_detail", job_id=job.pk)
    context = {"form": form, "account": account, "accounts": accounts}
    return render(request, "jobs/adopt.html", context, status=422 if form.is_bound else 200)


def _adopt(request: HttpRequest, account: Account, form: AdoptForm) -> Job | None:
    """The job; None when it was refused, with the reason in `form`. Says when it was here before."""
    pointer = form.cleaned_data["told"]
    if first := adopting.known(account, pointer.id):
        messages.info(request, _("This job is here already: the portal follows it on this page."))
        return first
    try:
        return adopting.adopt(
            user=request.user, account=account, pointer=pointer, capability=form.cleaned_data["capability"]
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
    return None
