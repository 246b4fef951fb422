"""Which secrets to look for in the files of a bucket, and whose they are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.crypto import salted_hmac

from accounts.managing.demo import NAMES_A_KEY
from accounts.managing.keys import FIELDS, unknown_members
from accounts.models import Account, Registration, TenantFields

_BUCKET_FIELDS = {name: column for name, column in FIELDS.items() if name.startswith("cosConfig.")}


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A secret of the portal under TMP's name for it, of an account or of an attempt to get one."""

    name: str
    value: str = field(repr=False)
    account: UUID | None = None
    registration: UUID | None = None


def stored_over(tenant: TenantFields) -> list[Stored]:
    """The secrets of everybody who shares the bucket of `tenant`: files in it are everybody's.

    Raises accounts.encryption.CannotOpen when one of them does not open: then no file can be judged.
    """
    same = {"endpoint": tenant.endpoint, "bucket": tenant.bucket}
    found: list[Stored] = []
    for account in Account.objects.filter(**same):
        values = {name: getattr(account, column) for name, column in FIELDS.items()}
        values |= {
            name: value for name, value in unknown_members(account).items() if NAMES_A_KEY.search(name)
        }
        found += [Stored(name=name, value=value, account=account.pk) for name, value in values.items()]
    for registration in Registration.objects.filter(**same, account=None):
        values = {name: getattr(registration, column) for name, column in _BUCKET_FIELDS.items()}
        for reply in (registration.raw_reply, registration.found_reply):
            values |= _named_keys(reply)
        found += [
            Stored(name=name, value=value, registration=registration.pk) for name, value in values.items()
        ]
    return [each for each in found if each.value]


def digest_of(secrets: Iterable[Stored]) -> str:
    """Tells one set of secrets from another, and nothing about them to anybody without the portal's key."""
    values = sorted({each.value for each in secrets})
    return salted_hmac("accounts.guarding", json.dumps(values), algorithm="sha256").hexdigest()


def are_owned(secrets: Iterable[Stored], user: User) -> bool:
    """Whether every one of them is of an account, or an attempt, of the person's own."""
    secrets = list(secrets)
    accounts = {each.account for each in secrets if each.account}
    attempts = {each.registration for each in secrets if each.registration}
    return Account.objects.owned_by(user).filter(pk__in=accounts).count() == len(
        accounts
    ) and Registration.objects.for_user(user).filter(pk__in=attempts).count() == len(attempts)


def _named_keys(reply: str) -> dict[str, str]:
    """Texts of an answer, however deep, whose names say that they are keys."""
    found: dict[str, str] = {}

    def walk(value: Any, name: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, str(key))
        elif isinstance(value, list):
            for inner in value:
                walk(inner, name)
        elif isinstance(value, str) and NAMES_A_KEY.search(name):
            found[f"{name}:{len(found)}"] = value

    try:
        walk(json.loads(reply or "{}"), "")
    except (ValueError, RecursionError):
        # Whatever it is, the account that might come of it is not made yet: its text as a whole is no needle.
        return {}
    return found
