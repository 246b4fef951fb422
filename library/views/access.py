"""Answers who may see and who may change an account's files."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import Account, Membership
from library.paths import UnfitPath, normalise


def account_or_404(request: HttpRequest, account_id: uuid.UUID) -> Account:
    """The account, if the person is a member of it; nobody else learns that it exists."""
    return get_object_or_404(Account.objects.for_user(request.user), pk=account_id)


def role_of(request: HttpRequest, account: Account) -> str:
    """The person's role with an account they are a member of."""
    return account.memberships.values_list("role", flat=True).get(user=request.user)  # type: ignore[misc]


def may_upload(request: HttpRequest, account: Account) -> bool:
    """Viewers look; the others may add files."""
    return Account.objects.writable_by(request.user).filter(pk=account.pk).exists()


def paths_with_keys(account: Account) -> set[str]:
    """The demo programs that TMP wrote with keys in them (seed), of every account that shares the bucket."""
    sharing = Account.objects.filter(endpoint=account.endpoint, bucket=account.bucket)
    return {path.lstrip("/") for path in sharing.values_list("demo_path", flat=True) if path}


def readable_path(request: HttpRequest, account: Account) -> str:
    """`?path=` as an object key: 404 when unfit, 403 when it holds keys that are not the person's to see."""
    try:
        path = normalise(request.GET.get("path", ""))
    except UnfitPath as error:
        raise Http404 from error
    if path in paths_with_keys(account) and role_of(request, account) != Membership.Role.OWNER:
        raise PermissionDenied
    return path
