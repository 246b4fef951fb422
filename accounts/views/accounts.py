"""The accounts a person may use, and the page of each."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import endpoints
from accounts.encryption import CannotOpen
from accounts.masking import masked
from accounts.models import Account, Registration
from accounts.views.access import account_or_404

ACCOUNT_SECRETS: dict[str, str | Promise] = {
    "bucket_secret_id": _("Bucket SecretId"),
    "bucket_secret_key": _("Bucket SecretKey"),
    "tmp_secret_id": "tmpSecretId",
    "tmp_secret_key": "tmpSecretKey",
    "gateway_secret_id": "apiGateSecretId",
    "gateway_secret_key": "apiGateSecretKey",
}


@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """Every account a person may use, and the attempts that are not accounts yet."""
    registrations = Registration.objects.for_user(request.user).exclude(state=Registration.State.DONE)
    context = {"accounts": Account.objects.for_user(request.user), "registrations": registrations}
    return render(request, "accounts/account_list.html", context)


@require_safe
def account_detail(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Everything TMP said when the account was registered; keys by their last characters only."""
    account = account_or_404(request, account_id)
    context = {
        "account": account,
        "endpoint": endpoints.endpoint(account.endpoint),
        "secrets": [(title, masked(account, name)) for name, title in ACCOUNT_SECRETS.items()],
        "unknown_names": _unknown_names(account),
    }
    return render(request, "accounts/account_detail.html", context)


def _unknown_names(account: Account) -> list[str]:
    """Names of members of registerInfo that nobody documented; their values may be keys and stay sealed."""
    try:
        members: Any = json.loads(account.unknown_members or "{}")
    except (CannotOpen, ValueError):
        return []
    return sorted(members) if isinstance(members, dict) else []
