"""Deletes a person: with the login go the keys that nobody else answers for, and nothing of others."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.auditing import note
from accounts.managing import life
from accounts.models import Account, AccountQuerySet, AuditEntry, Membership
from jobs.models import Batch, Job


def goes_along(person: User) -> AccountQuerySet:
    """The accounts that nobody else owns."""
    others = _owners_but(person).filter(account=OuterRef("pk"))
    return Account.objects.owned_by(person).exclude(Exists(others))


@transaction.atomic
def remove(person: User, *, by: User | None) -> list[str]:
    """Delete the login, its second factors, drafts and sessions, and the accounts that nobody else owns with
    their keys, jobs and registrations; the names of those.

    Jobs and batches that the person made in accounts of others stay, as an owner's of the account.
    """
    gone = []
    for account in list(goes_along(person)):
        gone.append(account.name)
        life.delete(account, by=by)
    for account in Account.objects.filter(pk__in=_used_by(person)):
        if heir := _owners_but(person).filter(account=account).order_by("pk").first():
            Job.objects.filter(account=account, owner=person).update(owner=heir.user)
            Batch.objects.filter(account=account, owner=person).update(owner=heir.user)
    note(AuditEntry.Deed.PERSON_DELETED, user=by, person=person.get_username(), accounts=gone or ["–"])
    person.delete()
    return gone


def _owners_but(person: User) -> QuerySet[Membership]:
    return Membership.objects.filter(role=Membership.Role.OWNER).exclude(user=person)


def _used_by(person: User) -> set[uuid.UUID]:
    """Accounts in which the person made something, also those that they were taken from since."""
    made = (Job.objects.filter(owner=person), Batch.objects.filter(owner=person))
    return {key for rows in made for key in rows.values_list("account", flat=True).distinct()}
