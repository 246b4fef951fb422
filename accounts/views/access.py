"""Answers whose page it is: a registration is its person's, an account its members'."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.models import Account, Registration


def person(request: HttpRequest) -> User:
    """The one who signed in; SignInFirst lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def own_registration(request: HttpRequest, registration_id: uuid.UUID) -> Registration:
    """The person's own attempt, else 404."""
    return get_object_or_404(Registration.objects.for_user(request.user), pk=registration_id)


def reread(registration: Registration) -> None:
    """Take over what another request made of the row meanwhile; 404 when that was to discard it."""
    try:
        registration.refresh_from_db()
    except Registration.DoesNotExist as error:
        raise Http404 from error


def account_or_404(request: HttpRequest, account_id: uuid.UUID) -> Account:
    """The account, if the person is a member of it; nobody else learns that it exists."""
    return get_object_or_404(Account.objects.for_user(request.user), pk=account_id)


def may_write(request: HttpRequest, account: Account) -> bool:
    """Whether the person may do more than look."""
    return Account.objects.writable_by(request.user).filter(pk=account.pk).exists()


def account_to_use(request: HttpRequest, account_id: uuid.UUID) -> Account:
    """As account_or_404, but 403 for a viewer."""
    account = account_or_404(request, account_id)
    if not may_write(request, account):
        raise PermissionDenied
    return account


def owned_account(request: HttpRequest, account_id: uuid.UUID) -> Account:
    """As account_or_404, but 403 for members who are not its owner."""
    account = account_or_404(request, account_id)
    if not Account.objects.owned_by(request.user).filter(pk=account.pk).exists():
        raise PermissionDenied
    return account


def form_url(registration: Registration) -> str:
    """Where a draft goes on."""
    return f"{reverse('accounts:register')}?draft={registration.pk}"


def uuid_in(text: str | None) -> uuid.UUID | None:
    """The UUID that `text` is, None for anything else."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
