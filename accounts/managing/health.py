"""Looks at all that an account needs to work; keeps facts, no sentences and no secrets."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts import clients
from accounts.encryption import CannotOpen
from accounts.fields import SealedTextField
from accounts.managing import dating
from accounts.managing.asking import Asking, Phase, phase_of
from accounts.managing.contact import are_alike
from accounts.models import Account
from accounts.registering.checking import Row, check_bucket
from tencent import probing
from tencent.bucket_check import SKEW_WARNS_S
from tencent.errors import GatewayError, Refused
from tencent.messages import Exchange, JobReply
from tencent.scrubbing import Scrubber, clean_json

LOOKING = Asking(asked="health_asked_at", done="health_at")

WORKER, ENDPOINT, SIGNATURE, GATEWAY_CLOCK = "worker", "endpoint", "signature", "gateway_clock"
CANNOT_OPEN = "CannotOpen"
QUESTION_SECONDS = 20.0
# Whatever these find, nothing that the portal does needs it.
NICE = frozenset({"cors", "multipart"})
_WORST_FIRST = ("failed", "warn", "ok")


class Summary(NamedTuple):
    """Health in one line: the worst state of the rows ("" before the first look), and their age."""

    state: str
    at: datetime | None


def ask(account: Account) -> datetime | None:
    """Have it looked at; None while that goes on already, or somebody else was quicker."""
    return None if phase(account).is_live else LOOKING.ask(account)


def look(account_id: str, asked_at: datetime) -> bool:
    """Look at everything, each row kept as it comes; False when there is nothing to do (any more)."""
    fence = LOOKING.take(account_id, asked_at)
    account = Account.objects.filter(pk=account_id).first() if fence else None
    if account is None or fence is None:
        return False
    found = [_worker_row(asked_at, fence)]
    try:
        LOOKING.keep(account.pk, fence, health=_merged(account.health, found))
        scrub = _scrubber(account)
        for row in _rows(account):
            found.append(_dated(scrub.json(row)))
            if not LOOKING.keep(account.pk, fence, health=_merged(account.health, found)):
                return False
    except BaseException:
        with suppress(Exception):
            LOOKING.finish(account.pk, fence, health=[*found, _dated(_row("look", "failed", "Abandoned"))])
        raise
    return LOOKING.finish(account.pk, fence, health=found)


def phase(account: Account) -> Phase:
    """How far the look is that was asked for last."""
    return phase_of(account.health_asked_at, done_at=account.health_at, moved_at=_moved_at(account))


def health_summary(account: Account) -> Summary:
    """For accounts/_health_summary.html."""
    if phase(account) is Phase.UNANSWERED:
        return Summary("failed", account.health_asked_at)
    states = {row["state"] for row in account.health if row["key"] not in NICE}
    worst = next((state for state in _WORST_FIRST if state in states), "")
    return Summary(worst if account.health_at else "", account.health_at)


def row_moment(row: Row) -> datetime | None:
    """When a row was found."""
    return parse_datetime(str(row.get("detail", {}).get("at", "")))


def _scrubber(account: Account) -> Scrubber:
    """Whoever answers may repeat what they were told, even to a call that did not tell it."""
    secrets = []
    for field in account._meta.concrete_fields:
        if isinstance(field, SealedTextField):
            with suppress(CannotOpen):
                secrets.append(getattr(account, field.attname))
    return Scrubber(secrets)


def _rows(account: Account) -> Iterator[Row]:
    yield from _gateway_rows(account)
    try:
        yield from check_bucket(account)
    except CannotOpen:
        yield _row("list", "failed", CANNOT_OPEN)


def _gateway_rows(account: Account) -> Iterator[Row]:
    if cause := clients.why_closed(account):
        yield _row(ENDPOINT, "failed", cause)
        yield _row(SIGNATURE, "skipped")
        return
    probe = probing.probe(clients.gateway_url(account))
    yield _endpoint_row(probe, account)
    if probe.state == "silent":
        yield _row(SIGNATURE, "skipped")
        return
    row, exchange = _ask_unknown_job(account)
    yield row
    told = exchange.clock_skew_s if exchange else None
    yield _clock_row(told if told is not None else probe.clock_skew_s)


def _endpoint_row(probe: probing.Probe, account: Account) -> Row:
    detail: dict[str, Any] = {
        "seconds": probe.seconds,
        "rate_limit": probe.rate_limit,
        "http_state": probe.http_state,
    }
    if probe.state == "silent":
        return _row(ENDPOINT, "failed", probe.cause or "silent", **detail)
    if probe.state == "strange" and account.lessons.get("signature_enforced") is not False:
        return _row(ENDPOINT, "warn", "strange", message=probe.words, **detail)
    if probe.is_plain_http and not account.is_sandbox:
        return _row(ENDPOINT, "warn", "plain_http", **detail)
    return _row(ENDPOINT, "ok", **detail)


def _ask_unknown_job(account: Account) -> tuple[Row, Exchange | None]:
    """GetJob of an id that nobody has costs nothing, and is answered only where the signature is right."""
    try:
        reply = _reply_about_nothing(account)
    except CannotOpen:
        return _row(SIGNATURE, "failed", CANNOT_OPEN), None
    except Refused as refusal:
        state, code = _judged(refusal, account.lessons)
        row = _row(SIGNATURE, state, code, message=refusal.message, http_state=refusal.http_state)
        return row, refusal.exchange
    except GatewayError as error:
        name = type(error).__name__
        return _row(SIGNATURE, "warn", name, message=error.words, cause=error.cause), error.exchange
    return _row(SIGNATURE, "ok"), reply.exchange


def _reply_about_nothing(account: Account) -> JobReply:
    try:
        return clients.gateway_for(account).get_job(str(uuid.uuid4()), QUESTION_SECONDS)
    except Refused as refusal:
        if not dating.asks_for_x_date(account, refusal):
            raise
        dating.learn_x_date(account)
    return clients.gateway_for(account).get_job(str(uuid.uuid4()), QUESTION_SECONDS)


def _judged(refusal: Refused, lessons: dict[str, Any]) -> tuple[str, str]:
    """What a refusal says of the keys. TMP's own keys look wrong only to who has learned the words for it."""
    if refusal.is_signature:
        return "failed", "signature"
    wrong, unknown = lessons.get("wrong_key_words", ""), lessons.get("unknown_job_words", "")
    if wrong and are_alike(refusal.message, wrong) and not are_alike(wrong, unknown):
        return "failed", "wrong_tmp_key"
    return "ok", ""


def _clock_row(skew_s: float | None) -> Row:
    if skew_s is None:
        return _row(GATEWAY_CLOCK, "skipped", "no_date")
    is_off = abs(skew_s) > SKEW_WARNS_S
    return _row(GATEWAY_CLOCK, "warn" if is_off else "ok", "clock" if is_off else "", skew_s=skew_s)


def _worker_row(asked_at: datetime, fence: datetime) -> Row:
    """That somebody came is a finding too; its moment says which asking the rows belong to."""
    waited = round((fence - asked_at).total_seconds(), 1)
    return _row(WORKER, "ok", at=fence.isoformat(), seconds=waited, taken_at=fence.isoformat())


def _row(key: str, state: str, code: str = "", **detail: Any) -> Row:
    told = {name: value for name, value in detail.items() if value not in ("", None)}
    row: Row = clean_json({"key": key, "state": state, "code": code, "detail": told})
    return row


def _dated(row: Row) -> Row:
    return {**row, "detail": {**row.get("detail", {}), "at": timezone.now().isoformat()}}


def _merged(before: list[Row], found: list[Row]) -> list[Row]:
    """Rows of the last look stay to be read until this one has come to them."""
    keys = {row["key"] for row in found}
    return [*found, *(row for row in before if row["key"] not in keys)]


def _moved_at(account: Account) -> datetime | None:
    """The newest row of the asking that is on; None when nobody has taken it up."""
    worker = next((row for row in account.health if row["key"] == WORKER), None)
    fence = account.health_asked_at
    if worker is None or fence is None or worker["detail"].get("taken_at") != fence.isoformat():
        return None
    return max(filter(None, map(row_moment, account.health)), default=fence)
