"""Looks into the bucket for the demo script that TMP leaves there: it holds the keys that an answer lost."""

from __future__ import annotations

import json
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts import clients, opened
from accounts.encryption import CannotOpen
from accounts.models import Registration
from accounts.pasting import recognise
from accounts.registering.answers import finish, registered_in
from accounts.registering.drafts import LOOKED_WITH, column, value_of
from tencent.bucket import Bucket, Entry
from tencent.errors import BucketError, BucketMissing
from tencent.formats import check_user_name

State = Registration.State
KeysFrom = Registration.KeysFrom

# Results of a look, ASKED before there is one.
ASKED = "asked"
FOUND, OLDER, OTHER, NONE, UNREADABLE, TROUBLE = "found", "older", "other", "none", "unreadable", "trouble"
# Our own member of an answer that was built from a script: the user name in the script's Source.
OWNER = "userName"
LARGEST_SCRIPT = 256 * 1024  # bytes
# Seconds by which the clocks of store, database and portal may disagree unnoticed.
CLOCKS_DISAGREE = 5
FIRST_LOOKS = timedelta(seconds=15)
# TMP may still be at work when its answer is lost; the guide speaks of two minutes.
LOOKS_FOR = timedelta(hours=1)


def look(registration_id: str) -> str:
    """Look for the demo script of a draft or an unsure registration; the result is kept and returned.

    What is found is only offered: a person decides. "" when the row is in no state to look.
    """
    rows = Registration.objects.filter(pk=registration_id, state__in=(State.DRAFT, State.UNSURE))
    registration = rows.first()
    if registration is None:
        return ""
    result, reply = _look(registration)
    found = {"found_reply": column(registration, "found_reply", reply)} if reply else {}
    # A draft that turned to another bucket meanwhile must not be offered the keys of this one.
    same = rows.filter(**{name: getattr(registration, name) for name in LOOKED_WITH})
    same.update(look_result=result, looked_at=Now(), **found)
    return result


def ask(registration: Registration) -> bool:
    """A person wants a look; says whether the row is one to look for. The caller enqueues the task."""
    may_look = registration.state in (State.DRAFT, State.UNSURE)
    return may_look and registration.move(registration.state, registration.state, look_result=ASKED)


def take_due() -> list[str]:
    """Ids of unsure registrations that it is time to look for (again).

    To take is to reschedule: a bucket that is slow to answer is not looked into by every sweep.
    """
    open_ = Q(look_result__in=("", ASKED, NONE, OLDER, OTHER, TROUBLE), changed_at__gte=Now() - LOOKS_FOR)
    may_look = Q(looked_at=None) | Q(looked_at__lte=Now() - FIRST_LOOKS)
    rows = Registration.objects.filter(open_, may_look, state=State.UNSURE)
    keys = list(rows.values_list("pk", flat=True))
    Registration.objects.filter(pk__in=keys).update(looked_at=Now())
    return [str(pk) for pk in keys]


@transaction.atomic
def use_found(registration: Registration) -> bool:
    """A person takes the keys that were found: an unsure row is done, a draft becomes an import.

    Says whether there were keys to take. The row is read anew: another page may have changed or used it.
    """
    if Registration.objects.select_for_update().filter(pk=registration.pk).first() is None:
        return False
    registration.refresh_from_db()
    reply = value_of(registration, "found_reply")
    if not reply or registration.state not in (State.UNSURE, State.DRAFT):
        return False
    taken = {"raw_reply": column(registration, "raw_reply", reply), "keys_from": KeysFrom.BUCKET}
    if registration.state == State.DRAFT and check_user_name(owner := _owner_in(reply)) is None:
        taken["user_name"] = owner
    won = registration.move(registration.state, registration.state, **taken)
    return won and (registration.state == State.DRAFT or finish(registration))


def _owner_in(reply: str) -> str:
    """Whose keys these are: TMP knows them under no other name."""
    return str(json.loads(reply).get(OWNER) or "")


def _look(registration: Registration) -> tuple[str, str]:
    """What a look brought, and the answer to Register that can be built of it."""
    try:
        bucket = clients.bucket_for(registration)
        entry = _newest_script(bucket, registration.operate_uin)
        if entry is None:
            return NONE, ""
        if _is_older(entry, registration, skew_s=bucket.clock_skew_s or 0.0):
            return OLDER, ""
        text = bucket.read(entry.key, LARGEST_SCRIPT).decode(errors="replace")
    except BucketMissing:
        return NONE, ""
    except (BucketError, CannotOpen):
        return TROUBLE, ""
    return _read(text, registration, path=entry.key)


def _newest_script(bucket: Bucket, operate_uin: str) -> Entry | None:
    """The guide calls demoCosPath a file and a folder, so any script below `<operateUin>_demo/` counts."""
    entries = bucket.list(f"{operate_uin}_demo/", delimiter="", limit=100).entries if operate_uin else []
    scripts = [entry for entry in entries if entry.key.endswith(".py")]
    return max(scripts, key=lambda entry: entry.modified, default=None)


def _is_older(entry: Entry, registration: Registration, *, skew_s: float) -> bool:
    """Whether the script lay there before this attempt; `skew_s` is the store's clock minus ours."""
    if registration.state != State.UNSURE or registration.sent_at is None:
        return False
    written = entry.modified - timedelta(seconds=skew_s)
    return written < registration.sent_at - timedelta(seconds=CLOCKS_DISAGREE)


def _read(text: str, registration: Registration, *, path: str) -> tuple[str, str]:
    """Registrations of one account ID share a script, so it may be that of another user name."""
    opened.remember_keys_in(text)
    pasted = recognise(text)
    if pasted.reply is None:
        return UNREADABLE, ""
    owner = pasted.values.get("user_name", "")
    is_fixed = registration.state == State.UNSURE or registration.renews_id is not None
    if owner and owner != registration.user_name and is_fixed:
        return OTHER, ""
    info = {**pasted.reply["registerInfo"], "demoCosPath": path}
    whole = json.dumps({**pasted.reply, OWNER: owner, "registerInfo": info}, ensure_ascii=False)
    return (FOUND, whole) if registered_in(whole) else (UNREADABLE, "")
