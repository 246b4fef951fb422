"""How an account comes to be: the steps of a registration, each of them a guarded move of its row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts import clients
from accounts.encryption import CannotOpen
from accounts.fields import SealedTextField
from accounts.models import Account, Membership, Registration
from tencent import bucket_check, formats
from tencent.errors import BucketError, Garbled, GatewayError, Refused, Throttled, Unreachable
from tencent.messages import Registered, RegisterRequest
from tencent.scrubbing import clean_json

State = Registration.State

# What TMP itself does with the bucket; a bucket that fails one of these will fail the two-minute call too.
NEEDED_CHECKS = frozenset({"list", "clock", "put", "get"})
# Seconds beyond the call's own deadline before its holder counts as dead.
GRACE_SECONDS = 60
# Seconds that a task may take to be picked up before the sweep sends another.
PICK_UP_SECONDS = 15
# Not branches of tencent.errors: the process ended in the middle; the keys do not open.
ABANDONED, CANNOT_OPEN = "Abandoned", "CannotOpen"

FORMATS = {
    "operate_uin": formats.check_operate_uin,
    "user_name": formats.check_user_name,
    "bucket_secret_id": formats.check_secret_id,
    "bucket_secret_key": formats.check_secret_key,
    "bucket": formats.check_bucket_name,
    "region": formats.check_region,
    "domain": formats.check_domain,
}


def save_draft(registration: Registration, values: Mapping[str, Any]) -> bool:
    """Keep `values` by field name on a draft; says whether it still was one. Earlier findings go."""
    if registration._state.adding:
        own = {"pk": registration.pk, "user": registration.user}
        _, is_new = Registration.objects.get_or_create(**own, defaults=values)
        registration.refresh_from_db()
        if is_new:
            return True
    columns = {name: _column(registration, name, value) for name, value in values.items()}
    columns |= {"checks": [], "error_kind": "", "error_words": "", "exchange": None}
    return registration.move(State.DRAFT, State.DRAFT, **columns)


def unfit_fields(registration: Registration) -> dict[str, str]:
    """What keeps a draft from being sent: field name to code of tencent.formats; empty when nothing does."""
    found = {name: check(getattr(registration, name)) for name, check in FORMATS.items()}
    return {name: code for name, code in found.items() if code}


def start(registration: Registration, *, anyway: bool = False) -> bool:
    """Hand a complete draft to the workers; says whether this call did. The caller enqueues the task.

    `anyway` keeps the findings of the last check: a row in CHECKING that has findings is not checked again.
    """
    if registration.state != State.DRAFT or unfit_fields(registration):
        return False
    return registration.move(
        State.DRAFT,
        State.CHECKING,
        checks=registration.checks if anyway else [],
        error_kind="",
        error_words="",
        exchange=None,
        lease_until=None,
        sent_at=None,
    )


def try_again(registration: Registration) -> bool:
    """Back to a draft that can be edited; only ever because a person asked for it."""
    return registration.state in (State.REFUSED, State.UNSURE) and registration.move(
        registration.state, State.DRAFT, lease_until=None, checks=[]
    )


def discard(registration: Registration) -> bool:
    """Forget an attempt that came to nothing; says whether it was one. UNSURE stays: it is evidence."""
    rows = Registration.objects.filter(pk=registration.pk, state__in=(State.DRAFT, State.REFUSED))
    return rows.delete()[0] > 0


def check_bucket(registration: Registration) -> list[dict[str, Any]]:
    """Ask the bucket of a draft or registration whether it is fit: rows of tencent.bucket.Check as JSON."""
    try:
        found = bucket_check.check_bucket(clients.bucket_for(registration), origin=settings.PUBLIC_URL)
    except BucketError as error:
        return [{"key": "list", "state": "failed", "code": error.code, "detail": {"message": error.message}}]
    rows = [{"key": row.key, "state": row.state, "code": row.code, "detail": row.detail} for row in found]
    return [clean_json(row) for row in rows]


def is_unfit(checks: list[dict[str, Any]]) -> bool:
    """Whether something failed that TMP needs."""
    return any(row["key"] in NEEDED_CHECKS and row["state"] == "failed" for row in checks)


def run_registration(registration_id: str) -> None:
    """Carry a row from CHECKING as far as it gets; does nothing when somebody else holds it."""
    registration = _take(registration_id)
    if registration is None:
        return
    try:
        if _pass_check(registration):
            _register(registration)
    except CannotOpen:
        _put_down(registration, kind=CANNOT_OPEN)
    except Exception:
        _put_down(registration, kind=ABANDONED)
        raise


def sweep() -> list[str]:
    """Repair what dead processes left behind; returns ids of rows in CHECKING that need a worker again."""
    for registration in Registration.objects.filter(state=State.REGISTERING, lease_until__lte=Now()):
        if not _finish(registration):
            _unsure(registration, kind=ABANDONED)
    forgotten = Q(lease_until=None, changed_at__lte=Now() - timedelta(seconds=PICK_UP_SECONDS))
    waiting = Registration.objects.filter(forgotten | Q(lease_until__lte=Now()), state=State.CHECKING)
    return [str(pk) for pk in waiting.values_list("pk", flat=True)]


@transaction.atomic
def _take(registration_id: str) -> Registration | None:
    free = Q(lease_until=None) | Q(lease_until__lte=Now())
    rows = Registration.objects.filter(free, pk=registration_id, state=State.CHECKING)
    lease = Now() + timedelta(seconds=settings.LEASE_SECONDS)
    if rows.update(lease_until=lease, fence=F("fence") + 1) != 1:
        return None
    return Registration.objects.get(pk=registration_id)


def _pass_check(registration: Registration) -> bool:
    """Check the bucket and move on to REGISTERING, or back to DRAFT; says whether to send."""
    fence = registration.fence
    checks = registration.checks
    if not checks:
        checks = check_bucket(registration)
        if is_unfit(checks):
            registration.move(State.CHECKING, State.DRAFT, fence=fence, checks=checks, lease_until=None)
            return False
    patience = timedelta(seconds=settings.REGISTER_DEADLINE_SECONDS + GRACE_SECONDS)
    return registration.move(
        State.CHECKING,
        State.REGISTERING,
        fence=fence,
        checks=checks,
        lease_until=Now() + patience,
        sent_at=Now(),
    )


def _register(registration: Registration) -> None:
    """The one call that is never repeated by a machine."""
    request = RegisterRequest(
        request_id=f"{registration.pk}-{registration.fence}",
        operate_uin=registration.operate_uin,
        user_name=registration.user_name,
        keys=clients.bucket_keys(registration),
        bucket=registration.bucket,
        region=registration.region,
        domain=registration.domain,
    )
    try:
        gateway = clients.gateway_without_keys(registration)
        registered = gateway.register(request, deadline_s=settings.REGISTER_DEADLINE_SECONDS)
    except GatewayError as error:
        _settle(registration, error)
        return
    exchange = registered.exchange.to_json() if registered.exchange else None
    _keep_reply(registration, json.dumps(registered.raw, ensure_ascii=False), exchange=exchange)
    _finish(registration)


def _settle(registration: Registration, error: GatewayError) -> None:
    """Write down how a call failed, and move to where that leads."""
    exchange = error.exchange.to_json() if error.exchange else None
    if isinstance(error, Unreachable | Throttled):
        to = State.DRAFT
    elif isinstance(error, Refused):
        to = State.REFUSED
    else:
        to = State.UNSURE
        if error.answer is not None:
            _keep_reply(registration, error.answer.text, exchange=exchange)
    registration.move(
        State.REGISTERING,
        to,
        fence=registration.fence,
        error_kind=type(error).__name__,
        error_words=error.words or error.cause,
        exchange=exchange,
        lease_until=None,
    )


def _keep_reply(registration: Registration, text: str, *, exchange: dict[str, Any] | None) -> None:
    """Seal the answer as it came: it may hold keys that are handed out once. Late answers are welcome too."""
    rows = Registration.objects.filter(
        pk=registration.pk, fence=registration.fence, state__in=(State.REGISTERING, State.UNSURE)
    )
    rows.update(raw_reply=_column(registration, "raw_reply", text), exchange=exchange)
    registration.refresh_from_db()


@transaction.atomic
def _finish(registration: Registration) -> bool:
    """Make the account out of the stored reply; says whether there was one to make."""
    account = _account_in_reply(registration)
    if account is None:
        return False
    won = registration.state in (State.REGISTERING, State.UNSURE) and registration.move(
        registration.state,
        State.DONE,
        fence=registration.fence,
        lease_until=None,
        error_kind="",
        error_words="",
    )
    if won:
        account.save(force_insert=True)
        Membership.objects.create(account=account, user=registration.user, role=Membership.Role.OWNER)
        registration.account = account
        registration.save(update_fields=["account"])
    return won


def _account_in_reply(registration: Registration) -> Account | None:
    try:
        answer = clean_json(json.loads(registration.raw_reply))
        return _account_from(registration, Registered.from_answer(answer))
    except (CannotOpen, Garbled, ValueError, AttributeError):
        return None


def _account_from(registration: Registration, registered: Registered) -> Account:
    extra = json.dumps(registered.extra, ensure_ascii=False) if registered.extra else ""
    return Account(
        name=Account.objects.free_name(registration.user, registration.user_name),
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


def _unsure(registration: Registration, *, kind: str) -> None:
    registration.move(
        State.REGISTERING, State.UNSURE, fence=registration.fence, error_kind=kind, lease_until=None
    )


def _put_down(registration: Registration, *, kind: str) -> None:
    """Leave a row that this process cannot carry on: before the call it is a draft again, after it UNSURE."""
    left = registration.move(
        State.CHECKING, State.DRAFT, fence=registration.fence, error_kind=kind, lease_until=None
    )
    if not left:
        _unsure(registration, kind=kind)


def _column(registration: Registration, name: str, value: Any) -> Any:
    field = Registration._meta.get_field(name)
    return field.seal(registration.pk, value) if isinstance(field, SealedTextField) else value
