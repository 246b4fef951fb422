"""From verified to deleted: what may happen to an account after it was registered."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from accounts.auditing import note
from accounts.models import Account, AuditEntry, Membership


@transaction.atomic
def mark_verified(account: Account) -> bool:
    """A job of the guide's own shape came back with a result; says whether this is the first one.

    An account that replaces another takes its place now: the other makes no more jobs.
    """
    first = Account.objects.filter(pk=account.pk, verified_at=None).update(verified_at=Now()) == 1
    if first:
        note(AuditEntry.Deed.VERIFIED, account=account)
        _take_over(account)
    return first


def _take_over(account: Account) -> None:
    if not account.replaces_id:
        return
    if Account.objects.filter(pk=account.replaces_id, replaced_at=None).update(replaced_at=Now()) != 1:
        return
    before = Membership.objects.filter(account=account.replaces_id, is_default=True)
    people = list(before.values_list("user", flat=True))
    before.update(is_default=False)
    Membership.objects.filter(account=account, user__in=people).update(is_default=True)
    note(AuditEntry.Deed.REPLACED, account=account, replaced=str(account.replaces_id))
