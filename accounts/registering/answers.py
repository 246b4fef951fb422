"""From an answer that holds TMP's keys to an account, wherever the answer came from."""

from __future__ import annotations

import json
import time
from typing import Any

from django.db import OperationalError, connection, transaction

from accounts.auditing import note
from accounts.encryption import CannotOpen
from accounts.models import Account, AuditEntry, Membership, Registration
from accounts.registering.drafts import column
from tencent.errors import Garbled
from tencent.messages import Registered
from tencent.scrubbing import clean_json

State = Registration.State
KeysFrom = Registration.KeysFrom

# Seconds between tries to write an answer down; together far less than the lease outlasts the call.
PAUSES = (1, 2, 4, 8)


def keep_answer(registration: Registration, text: str, *, exchange: dict[str, Any] | None) -> None:
    """Seal what TMP answered, as it came, before anything else: it may hold keys that are handed out once.

    A database that is away for a moment is waited for; the answer is nowhere else.
    """
    rows = Registration.objects.filter(pk=registration.pk)
    sealed = column(registration, "raw_reply", text)
    for pause in (*PAUSES, None):
        try:
            rows.update(raw_reply=sealed, keys_from=KeysFrom.CALL, exchange=exchange)
            break
        except OperationalError:
            if pause is None:
                raise
            connection.close_if_unusable_or_obsolete()
            time.sleep(pause)
    registration.refresh_from_db()


def registered_in(text: str) -> Registered | None:
    """The keys in an answer's text; None when it is not one."""
    try:
        return Registered.from_answer(clean_json(json.loads(text)))
    except (Garbled, ValueError, AttributeError, RecursionError):
        return None


@transaction.atomic
def finish(registration: Registration) -> bool:
    """Make the account out of the answer at hand; says whether there was one to make."""
    try:
        registered = registered_in(registration.raw_reply)
        account = _account(registration, registered) if registered else None
    except CannotOpen:
        account = None
    if account is None or not _done(registration):
        return False
    account.save(force_insert=True)
    _let_in(registration, account)
    registration.account = account
    registration.save(update_fields=["account"])
    deed = AuditEntry.Deed.IMPORTED if registration.is_import else AuditEntry.Deed.REGISTERED
    note(deed, account=account, user=registration.user, keys_from=registration.keys_from)
    return True


def _done(registration: Registration) -> bool:
    eased = {"lease_until": None, "error_kind": "", "error_words": ""}
    return registration.state in (State.CHECKING, State.REGISTERING, State.UNSURE) and registration.move(
        registration.state, State.DONE, fence=registration.fence, **eased
    )


def _let_in(registration: Registration, account: Account) -> None:
    """Its person owns it; a row that replaces another is shared with whom the other is shared with."""
    Membership.objects.create(account=account, user=registration.user, role=Membership.Role.OWNER)
    if account.replaces_id:
        others = Membership.objects.filter(account=account.replaces_id).exclude(user=registration.user)
        Membership.objects.bulk_create(
            Membership(account=account, user_id=member.user_id, role=member.role) for member in others
        )


def _account(registration: Registration, registered: Registered) -> Account:
    extra = json.dumps(registered.extra, ensure_ascii=False) if registered.extra else ""
    renewed = _renewed(registration)
    name = renewed.name if renewed else registration.user_name
    return Account(
        name=name if renewed else Account.objects.free_name(registration.user, name),
        replaces=renewed,
        endpoint=registration.endpoint,
        operate_uin=registration.operate_uin,
        user_name=registration.user_name,
        bucket=registration.bucket,
        region=registration.region,
        domain=registration.domain,
        bucket_secret_id=registration.bucket_secret_id,
        bucket_secret_key=registration.bucket_secret_key,
        request_id=registered.request_id[:128],
        content_id=registered.content_id,
        tmp_secret_id=registered.tmp_keys.secret_id,
        tmp_secret_key=registered.tmp_keys.secret_key,
        gateway_secret_id=registered.gateway_keys.secret_id,
        gateway_secret_key=registered.gateway_keys.secret_key,
        demo_path=registered.demo_path[:1024],
        usage_description=registered.usage,
        message=registered.message,
        registered_at_text=registered.created_at[:64],
        updated_at_text=registered.updated_at[:64],
        unknown_members=extra,
    )


def _renewed(registration: Registration) -> Account | None:
    """The account to replace, while nobody else has replaced it and its person still owns it."""
    if registration.renews_id is None:
        return None
    free = Account.objects.owned_by(registration.user).filter(successor=None)
    return free.filter(pk=registration.renews_id).first()
