"""Who may use an account: every change holds for the whole line of accounts that replace each other."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.auditing import note
from accounts.endpoints import Text
from accounts.models import Account, AuditEntry, Membership

Role = Membership.Role


class Unfit(Exception):
    """A change that cannot be made; `sentence` says why, to a person."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


NOBODY = _("Nobody on this portal has this user name. It is the name they sign in with.")
LAST_OWNER = _("An account needs an owner. Make somebody else an owner first.")
IS_MEMBER = _("This person uses the account already; change their role in the list.")
NO_ROLE = _("There is no such role.")
NO_MEMBER = _("This person does not use the account.")


def line_of(account: Account) -> list[Account]:
    """The account with all that it replaced and all that replaced it, oldest first."""
    return [*reversed([*before(account)]), account, *_after(account)]


def share(account: Account, *, by: User, user_name: str, role: str) -> User:
    """Let the person of that user name in; raises Unfit."""
    person = User.objects.filter(username=user_name.strip(), is_active=True).first()
    if person is None:
        raise Unfit(NOBODY)
    if account.memberships.filter(user=person).exists():
        raise Unfit(IS_MEMBER)
    set_role(account, by=by, person=person, role=role)
    return person


@transaction.atomic
def set_role(account: Account, *, by: User, person: User, role: str) -> None:
    """Give a person a role, also one who had none; saying it twice is noted once. Raises Unfit."""
    if role not in Role.values:
        raise Unfit(NO_ROLE)
    line = _locked(account)
    before = account.memberships.filter(user=person).values_list("role", flat=True).first()
    for each in line:
        Membership.objects.update_or_create(account=each, user=person, defaults={"role": role})
    _insist_on_owners(line)
    if before != role:
        note(AuditEntry.Deed.SHARED, account=account, user=by, person=person.get_username(), role=role)


@transaction.atomic
def remove(account: Account, *, by: User, person: User) -> None:
    """Take the account from a person, who may be `by` and leaves then. Raises Unfit."""
    line = _locked(account)
    if not account.memberships.filter(user=person).exists():
        raise Unfit(NO_MEMBER)
    Membership.objects.filter(account__in=line, user=person).delete()
    _insist_on_owners(line)
    note(AuditEntry.Deed.UNSHARED, account=account, user=by, person=person.get_username())


def _locked(account: Account) -> list[Account]:
    """The line, held until the transaction ends: two owners must not demote each other at once."""
    line = line_of(account)
    list(Account.objects.select_for_update().filter(pk__in=[each.pk for each in line]).order_by("pk"))
    return line


def _insist_on_owners(line: list[Account]) -> None:
    for account in line:
        if not account.memberships.filter(role=Role.OWNER).exists():
            raise Unfit(LAST_OWNER)


def before(account: Account) -> Iterator[Account]:
    """What the account replaced, newest first."""
    while account.replaces:
        account = account.replaces
        yield account


def _after(account: Account) -> Iterator[Account]:
    while following := Account.objects.filter(replaces=account).first():
        yield following
        account = following
