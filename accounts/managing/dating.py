"""Learns that a service wants X-Date signed: its pages allow Date too, but say so of the old gateway only."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Account
from accounts.models.account import NEEDS_X_DATE
from tencent.errors import Refused


def asks_for_x_date(account: Account, error: Refused) -> bool:
    """Whether the call would have passed with X-Date: it was signed with Date, which the gateway declined.

    Of such a call nothing was accepted, so that it may be made again.
    """
    words = error.words.lower()
    is_named = error.is_signature and "x-date" in words and "required" in words
    return is_named and "date or x-date" not in words and not account.lessons.get(NEEDS_X_DATE)


@transaction.atomic
def learn_x_date(account: Account) -> None:
    """From now on calls in the account's name are signed with X-Date."""
    kept = Account.objects.select_for_update().filter(pk=account.pk).first()
    if kept is not None:
        account.lessons = {**kept.lessons, NEEDS_X_DATE: True}
        Account.objects.filter(pk=account.pk).update(lessons=account.lessons)
