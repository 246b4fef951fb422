"""Writes the audit log: one row for everything that shows, moves or decides about keys."""

from __future__ import annotations

import re
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.endpoints import Text
from accounts.models import Account, AuditEntry, Membership, Registration

Deed = AuditEntry.Deed

# Each may name members of the entry's `detail`; one that lacks them falls back to the deed's own words.
_WORDS: dict[str, Text] = {
    Deed.REGISTERED: _("The account was registered at TMP."),
    Deed.IMPORTED: _("The account was imported from %(keys_from)s."),
    Deed.REPLACED: _("A verification passed: new jobs go over the new keys from now on."),
    Deed.REVEALED: _("Shown on the page: %(fields)s."),
    Deed.DOWNLOADED: _("Downloaded as %(file)s: %(fields)s."),
    Deed.RENAMED: _("Renamed from “%(before)s” to “%(after)s”."),
    Deed.DISABLED: _("Disabled: no new jobs are made or sent."),
    Deed.ENABLED: _("Enabled again."),
    Deed.DELETED: _("Deleted from this portal."),
    Deed.SHARED: _("%(person)s is now: %(role)s."),
    Deed.UNSHARED: _("%(person)s may not use the account any more."),
    Deed.CORS_SET: _("The bucket's cross-origin rule was set."),
    Deed.DEMO_DELETED: _("Deleted from the bucket: %(files)s."),
    Deed.CONTACTED: _("TMP was asked how it answers."),
    Deed.VERIFIED: _("A job of the guide's own shape came back with a result."),
    Deed.STOPPED: _("Stopped: nothing new is sent to TMP."),
    Deed.WENT_ON: _("Let go on: waiting jobs are sent again."),
    Deed.LIMITED: _("Limits changed: %(limits)s."),
    Deed.PRICED: _("Price of %(capability)s typed: %(price)s, source: %(source)s."),
    Deed.UNPRICED: _("Price of %(capability)s deleted: %(price)s."),
    Deed.FILES_DELETED: _("Deleted from the bucket: %(files)s."),
    Deed.FILE_MOVED: _("“%(before)s” is now “%(after)s”."),
    Deed.TAKEN: _("Downloaded: %(file)s. It is too long to be searched for keys."),
    Deed.POINTED: _("Answers of %(capability)s hold their times at %(spot)s."),
    Deed.UNPOINTED: _("Answers of %(capability)s are read without a hint again."),
    Deed.LINK_MADE: _("Whoever has a link may open “%(song)s” (%(allows)s) until %(until)s."),
    Deed.LINK_REVOKED: _("A link to “%(song)s” leads nowhere any more (%(allows)s, until %(until)s)."),
    Deed.INVITED: _("Whoever has a link may make a login until %(until)s; for whom: %(for_whom)s."),
    Deed.UNINVITED: _("An invitation lets nobody in any more (until %(until)s; for whom: %(for_whom)s)."),
    Deed.PERSON_DELETED: _("%(person)s was deleted, and these accounts with their keys: %(accounts)s."),
    Deed.JOINED: _("Made a login by an invitation (until %(until)s; for whom: %(for_whom)s)."),
}
# Limits and units of prices, by the names that the entries of the floor above have for them.
_TERMS: dict[str, Text] = {
    "calls_per_second": _("calls per second"),
    "jobs_in_flight": _("jobs at TMP at once"),
    "jobs_per_day": _("jobs per day"),
    "default": _("the portal's default"),
    ": ": _(": "),
    "per call": _("per call"),
    "per song": _("per song"),
    "per minute": _("per minute"),
    "result": _("result"),
    "audio": _("audio"),
    "exports": _("exports"),
}
_TERM = re.compile("|".join(_TERMS))
_CHOICES: dict[str, type[models.TextChoices]] = {
    "role": Membership.Role,
    "keys_from": Registration.KeysFrom,
}


def note(deed: str, *, account: Account | None = None, user: Any = None, **detail: Any) -> None:
    """Add an entry; `user` None when nobody in person did it, `account` None when it is about the portal.

    `detail` never holds the value of a secret.
    """
    AuditEntry.objects.create(
        deed=deed,
        account=account,
        account_name=account.name if account else "",
        user=user,
        user_name=user.get_username() if user else "",
        detail=detail,
    )


def told(entry: AuditEntry) -> str:
    """What was done, as a sentence for people."""
    values = {name: _in_words(name, value) for name, value in entry.detail.items()}
    try:
        return str(_WORDS[entry.deed]) % values
    except KeyError:
        return entry.get_deed_display()


def _in_words(name: str, value: Any) -> str:
    if isinstance(value, list):
        return str(_(", ")).join(_in_words(name, each) for each in value)
    if name in ("limits", "price", "allows"):
        return _TERM.sub(lambda found: str(_TERMS[found[0]]), str(value))
    choices = dict(_CHOICES[name].choices) if name in _CHOICES else {}
    return str(choices.get(value, value))
