"""From verified to deleted: what may happen to an account after it was registered."""

from __future__ import annotations

import unicodedata

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.auditing import note
from accounts.managing.people import Unfit, before, line_of
from accounts.models import Account, AuditEntry, Membership, Registration, RegistrationQuerySet

Deed = AuditEntry.Deed
LONGEST_NAME = 80
# Signs nobody sees, which turn the direction of the words that stand beside the name.
TURNS = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
NO_NAME = _("An account needs a name.")
TAKEN = _("You have another account of this name. “%(free)s” is free.")


@transaction.atomic
def mark_verified(account: Account) -> bool:
    """A job of the guide's own shape came back with a result; says whether this is the first one.

    An account that replaces another takes its place now: the other makes no more jobs.
    """
    first = Account.objects.filter(pk=account.pk, verified_at=None).update(verified_at=Now()) == 1
    if first:
        note(Deed.VERIFIED, account=account)
        # Read anew: a job holds the account as it was when the job was taken.
        _take_over(Account.objects.get(pk=account.pk))
    return first


@transaction.atomic
def rename(account: Account, *, by: User, name: str) -> bool:
    """Name the account and those it replaced; says whether anything changed. Raises Unfit."""
    name = " ".join(name.translate(TURNS).split())[:LONGEST_NAME]
    if not any(unicodedata.category(sign)[0] in "LNPS" for sign in name):
        raise Unfit(NO_NAME)
    line = [each.pk for each in line_of(account)]
    if Account.objects.for_user(by).exclude(pk__in=line).filter(name=name).exists():
        raise Unfit(TAKEN % {"free": Account.objects.free_name(by, name)})
    earlier, account.name = account.name, name
    changed = Account.objects.filter(pk__in=line).exclude(name=name).update(name=name) > 0
    if changed:
        note(Deed.RENAMED, account=account, user=by, before=earlier, after=name)
    return changed


@transaction.atomic
def disable(account: Account, *, by: User) -> bool:
    """No new jobs; what TMP has begun is followed to its end. Says whether this call did it."""
    done = Account.objects.filter(pk=account.pk, disabled_at=None).update(disabled_at=Now()) == 1
    if done:
        note(Deed.DISABLED, account=account, user=by)
    return done


@transaction.atomic
def enable(account: Account, *, by: User) -> bool:
    """New jobs again, and those that waited are sent. Says whether this call did it."""
    rows = Account.objects.filter(pk=account.pk).exclude(disabled_at=None)
    done = rows.update(disabled_at=None) == 1
    if done:
        note(Deed.ENABLED, account=account, user=by)
    return done


@transaction.atomic
def make_default(account: Account, *, person: User, wanted: bool = True) -> None:
    """Let the person's new jobs begin with this account, or with none in particular."""
    mine = Membership.objects.select_for_update().filter(user=person)
    list(mine.order_by("pk").values_list("pk", flat=True))
    # First away, then there: a person has at most one.
    mine.filter(is_default=True).exclude(account=account).update(is_default=False)
    mine.filter(account=account).update(is_default=wanted)


@transaction.atomic
def delete(account: Account, *, by: User | None) -> bool:
    """Remove the account with all that hangs on it, and the registrations it came of with their sealed
    answers; TMP and the bucket are told nothing. Says whether this call did it.

    What it replaced takes over again: as the one before its successor, or as an account that makes jobs.
    """
    held = Account.objects.select_for_update().filter(pk=account.pk).first()
    if held is None:
        return False
    account = held
    successor = Account.objects.filter(replaces=account).first()
    note(Deed.DELETED, account=account, user=by, caller=account.caller, bucket=account.bucket)
    _attempts(account).delete()
    before_id = account.replaces_id
    account.delete()
    if successor:
        Account.objects.filter(pk=successor.pk).update(replaces=before_id)
    elif before_id:
        Account.objects.filter(pk=before_id).update(replaced_at=None)
    return True


def _attempts(account: Account) -> RegistrationQuerySet:
    """The registration that made the account, and the unsure ones before it: their answers may hold its
    keys too."""
    found = set(account.registrations.values_list("pk", flat=True))
    following = set(found)
    while following:
        earlier = Registration.objects.filter(followed_by__in=following).exclude(account__isnull=False)
        following = set(earlier.values_list("pk", flat=True)) - found
        found |= following
    return Registration.objects.filter(pk__in=found)


def _take_over(account: Account) -> None:
    """Of all that came before: what `account` replaces may itself never have taken its place."""
    earlier = [each.pk for each in before(account)]
    if not Account.objects.filter(pk__in=earlier, replaced_at=None).update(replaced_at=Now()):
        return
    defaults = Membership.objects.filter(account__in=earlier, is_default=True)
    people = list(defaults.values_list("user", flat=True))
    defaults.update(is_default=False)
    Membership.objects.filter(account=account, user__in=people).update(is_default=True)
    note(Deed.REPLACED, account=account, replaced=str(account.replaces_id))
