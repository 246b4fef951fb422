"""TMP's demo in the bucket: read with its keys masked, downloaded raw, or deleted; for owners."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from accounts.encryption import CannotOpen
from accounts.managing import demo
from accounts.models import Account
from accounts.sentences import explain_bucket, explain_gateway
from accounts.views.access import owned_account, person
from accounts.views.accounts import hub
from accounts.views.confirming import confirm_first, is_confirmed
from tencent.errors import BucketError

TROUBLE = (BucketError, CannotOpen)


@never_cache
@require_safe
def account_demo(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Every file of the demo, its keys masked."""
    account = owned_account(request, account_id)
    files, trouble = [], ""
    try:
        files = demo.read_demo(account)
    except TROUBLE as error:
        trouble = _sentence(error)
    context = hub(request, account, tab="keys") | {
        "files": files,
        "trouble": trouble,
        "may_delete": any(file.is_held for file in files),
        "is_confirmed": is_confirmed(request),
    }
    return render(request, "accounts/demo.html", context)


@never_cache
@require_POST
@sensitive_variables()
def demo_file(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """One file of the demo as it lies in the bucket, keys and all, for a confirmed owner."""
    account = owned_account(request, account_id)
    path = request.POST.get("path", "")
    if not demo.is_below(path, demo.demo_paths(account)):
        raise Http404
    if not is_confirmed(request):
        return confirm_first(_address(account))
    try:
        content = demo.raw_file(account, path, by=person(request))
    except TROUBLE as error:
        messages.error(request, _sentence(error))
        return redirect(_address(account))
    name = path.rstrip("/").rpartition("/")[2]
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": content_disposition_header(True, name) or "attachment"},
    )


@require_POST
def demo_delete(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Delete the demo's files from the bucket, those whose keys are kept here."""
    account = owned_account(request, account_id)
    if not request.POST.get("sure"):
        messages.error(request, _("Tick the box first: the bucket does not bring the file back."))
        return redirect(_address(account))
    try:
        gone = demo.delete_demo(account, by=person(request))
    except TROUBLE as error:
        messages.error(request, _sentence(error))
        return redirect(_address(account))
    if gone:
        sentence = ngettext(
            "%(count)s file is deleted from the bucket.",
            "%(count)s files are deleted from the bucket.",
            len(gone),
        )
        messages.success(request, sentence % {"count": len(gone)})
    return redirect(_address(account))


def _sentence(error: Exception) -> str:
    return str(explain_bucket(error) if isinstance(error, BucketError) else explain_gateway("CannotOpen"))


def _address(account: Account) -> str:
    return reverse("accounts:account_demo", args=[account.pk])
