"""Carries a registration from CHECKING to its end: each step a guarded move of its row, one call to TMP."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts import clients, opened
from accounts.encryption import CannotOpen
from accounts.models import Registration
from accounts.registering.answers import finish, keep_answer
from accounts.registering.checking import check_bucket, is_unfit
from accounts.registering.drafts import PATIENCE
from tencent.errors import GatewayError, Refused, Throttled, Unreachable
from tencent.gateway import Gateway
from tencent.messages import RegisterRequest

log = logging.getLogger(__name__)
State = Registration.State

# Seconds that a task may take to be picked up before the sweep sends another.
PICK_UP_SECONDS = 15
# Not branches of tencent.errors: the process ended in the middle, keys do not open, brought keys are none.
ABANDONED, CANNOT_OPEN, NO_KEYS = "Abandoned", "CannotOpen", "NoKeys"


def run_registration(registration_id: str) -> None:
    """Carry a row from CHECKING as far as it gets; does nothing when somebody else holds it."""
    registration = _take(registration_id)
    if registration is None:
        return
    try:
        if not _pass_check(registration):
            return
        if registration.is_import:
            if not finish(registration):
                _put_down(registration, kind=NO_KEYS)
        elif _set_out(registration):
            _register(registration)
    except CannotOpen:
        _put_down(registration, kind=CANNOT_OPEN)
    except Exception:
        _put_down(registration, kind=ABANDONED)
        raise


def sweep() -> list[str]:
    """Repair what dead processes left behind; returns ids of rows in CHECKING that need a worker again."""
    for registration in Registration.objects.filter(state=State.REGISTERING, lease_until__lte=Now()):
        if not _finished(registration):
            _unsure(registration, kind=ABANDONED)
    forgotten = Q(lease_until=None, changed_at__lte=Now() - timedelta(seconds=PICK_UP_SECONDS))
    waiting = Registration.objects.filter(forgotten | Q(lease_until__lte=Now()), state=State.CHECKING)
    return [str(pk) for pk in waiting.values_list("pk", flat=True)]


def _finished(registration: Registration) -> bool:
    """As `finish`; a row that cannot be repaired must not keep the sweep from the others."""
    try:
        return finish(registration)
    except Exception:
        log.exception("No account could be made of the answer to registration %s", registration.pk)
        return False


@transaction.atomic
def _take(registration_id: str) -> Registration | None:
    free = Q(lease_until=None) | Q(lease_until__lte=Now())
    rows = Registration.objects.filter(free, pk=registration_id, state=State.CHECKING)
    lease = Now() + timedelta(seconds=settings.LEASE_SECONDS)
    if rows.update(lease_until=lease, fence=F("fence") + 1) != 1:
        return None
    return Registration.objects.get(pk=registration_id)


def _pass_check(registration: Registration) -> bool:
    """Check the bucket, each row kept as it comes. Says whether to go on; else it is a DRAFT again."""
    if registration.goes_anyway:
        return True
    rows = Registration.objects.filter(pk=registration.pk, fence=registration.fence, state=State.CHECKING)
    checks = []
    for row in check_bucket(registration):
        checks.append(row)
        rows.update(checks=checks)
    registration.checks = checks
    if registration.only_check or is_unfit(checks):
        registration.move(State.CHECKING, State.DRAFT, fence=registration.fence, lease_until=None)
        return False
    return True


def _set_out(registration: Registration) -> bool:
    """CHECKING -> REGISTERING, committed before a byte is sent."""
    patience = timedelta(seconds=settings.REGISTER_DEADLINE_SECONDS * PATIENCE)
    return registration.move(
        State.CHECKING,
        State.REGISTERING,
        fence=registration.fence,
        lease_until=Now() + patience,
        sent_at=Now(),
    )


def _register(registration: Registration) -> None:
    try:
        gateway = clients.gateway_without_keys(registration)
    except GatewayError as error:
        _settle(registration, error)
    else:
        register_at(gateway, registration)


def register_at(gateway: Gateway, registration: Registration) -> None:
    """The one call that is never repeated by a machine, and what its answer makes of a row in REGISTERING."""
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
        registered = gateway.register(request, deadline_s=settings.REGISTER_DEADLINE_SECONDS)
    except GatewayError as error:
        _settle(registration, error)
        return
    exchange = registered.exchange.to_json() if registered.exchange else None
    _keep(registration, json.dumps(registered.raw, ensure_ascii=False), exchange)
    finish(registration)


def _keep(registration: Registration, answer: str, exchange: dict[str, Any] | None) -> None:
    opened.remember_keys_in(answer)
    keep_answer(registration, answer, exchange=exchange)


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
            _keep(registration, error.answer.text, exchange)
    told = {
        "error_kind": type(error).__name__,
        "error_words": error.words or error.cause,
        "exchange": exchange,
        "lease_until": None,
    }
    fence = registration.fence
    if not registration.move(State.REGISTERING, to, fence=fence, **told) and to == State.REFUSED:
        # The sweep gave this call up, but its answer came: TMP said no.
        registration.move(State.UNSURE, State.REFUSED, fence=fence, **told)


def _unsure(registration: Registration, *, kind: str) -> None:
    registration.move(
        State.REGISTERING, State.UNSURE, fence=registration.fence, error_kind=kind, lease_until=None
    )


def _put_down(registration: Registration, *, kind: str) -> None:
    """Leave a row that this process cannot carry on: before the call it is a draft again, after it UNSURE.

    An answer that is kept already is left to the next sweep: what went wrong may be over by then.
    """
    fence = registration.fence
    if registration.move(State.CHECKING, State.DRAFT, fence=fence, error_kind=kind, lease_until=None):
        return
    if registration.keys_from == Registration.KeysFrom.CALL:
        registration.move(State.REGISTERING, State.REGISTERING, fence=fence, lease_until=Now())
    else:
        _unsure(registration, kind=kind)
