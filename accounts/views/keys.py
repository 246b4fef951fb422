"""An account's keys and the programs that use them: masked for members, in clear for a confirmed owner."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.encryption import CannotOpen
from accounts.managing import keys
from accounts.managing.programs import PROGRAMS
from accounts.masking import masked
from accounts.models import Account
from accounts.views.access import account_or_404, owned_account, person
from accounts.views.accounts import hub
from accounts.views.confirming import confirm_first, is_confirmed

DO_NOT_OPEN = _("A key does not open: the portal's field key was changed or lost.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_keys(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Keys by their last characters; the answer to a POST of a confirmed owner shows them in clear."""
    if request.method == "POST":
        return _reveal(request, owned_account(request, account_id))
    return _page(request, account_or_404(request, account_id), shown=None)


@never_cache
@require_POST
@sensitive_variables()
def account_env(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """The keys as a file for programs, for a confirmed owner."""
    account = owned_account(request, account_id)
    if not is_confirmed(request):
        return confirm_first(_address(account))
    try:
        text = keys.env_file(account, by=person(request))
    except CannotOpen:
        messages.error(request, DO_NOT_OPEN)
        return redirect(_address(account))
    return HttpResponse(
        text,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{keys.ENV_FILE}"'},
    )


@require_safe
def account_program(request: HttpRequest, account_id: uuid.UUID, key: str) -> HttpResponse:
    """A program to keep; it holds no secret."""
    account_or_404(request, account_id)
    if key not in PROGRAMS:
        raise Http404
    program = PROGRAMS[key]
    return HttpResponse(
        program.text,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{program.file_name}"'},
    )


@sensitive_variables()
def _reveal(request: HttpRequest, account: Account) -> HttpResponse:
    if not is_confirmed(request):
        return confirm_first(_address(account))
    try:
        shown = keys.reveal(account, by=person(request))
    except CannotOpen:
        messages.error(request, DO_NOT_OPEN)
        return redirect(_address(account))
    return _page(request, account, shown=shown)


@sensitive_variables()
def _page(request: HttpRequest, account: Account, *, shown: list[keys.Shown] | None) -> HttpResponse:
    context = hub(request, account, tab="keys") | {
        "shown": shown,
        "secrets": [(name, masked(account, column)) for name, column in keys.FIELDS.items()],
        "is_confirmed": is_confirmed(request),
        "programs": PROGRAMS.values(),
        "env_file": keys.ENV_FILE,
    }
    return render(request, "accounts/keys.html", context)


def _address(account: Account) -> str:
    return reverse("accounts:account_keys", args=[account.pk])
