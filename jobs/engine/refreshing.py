"""Asks TMP how jobs are doing, and turns TMP's five states into the portal's; many answers at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.managing import dating
from accounts.models import Account
from jobs.engine import claiming, exchanges, lessons, pacing
from jobs.engine.claiming import Claim
from jobs.engine.pausing import pause_account
from jobs.engine.polling import next_refresh
from jobs.engine.roster import Entry
from jobs.models import Job, Move, in_seconds, move_many
from jobs.storable import storable, storable_object
from tencent.errors import GatewayError, Refused, Throttled, Unreachable
from tencent.gateway import Call
from tencent.messages import Exchange, JobReply, JobState
from tencent.signing import utc_now
from tencent.streaming import Streaming
from tencent.transports import Answer

State = Job.State
MOST_REFUSALS = 5
# Shorter than the gateway's own default, and than every lease: a question is cheap to repeat.
ASK_SECONDS = settings.ASK_SECONDS
_OK, _TOO_MANY = 200, 429


@dataclass(slots=True, kw_only=True)
class Asked:
    """One question that was put, and what came of it: an answer, an error, or both."""

    claim: Claim
    entry: Entry
    call: Call[JobReply] | None = None
    answer: Answer | None = None
    error: GatewayError | None = None
    started_at: datetime | None = None
    seconds: float = 0.0
    mark: str = ""

    @property
    def says_nothing_new(self) -> bool:
        """The same bytes as last time, and nothing was amiss in between: there is nothing to write."""
        claim = self.claim
        return bool(self.mark) and self.mark == claim.mark and not (claim.unanswered or claim.refused)

    @property
    def is_throttled(self) -> bool:
        """Whether the gateway counted too many calls."""
        return self.answer is not None and self.answer.http_state == _TOO_MANY

    @property
    def is_answered(self) -> bool:
        """Whether the endpoint is at work: what it said does not matter."""
        return self.error is None and self.answer is not None and self.answer.http_state < 500


async def ask(claim: Claim, entry: Entry, transport: Streaming) -> Asked:
    """Put one question. Never raises for what the gateway may do."""
    asked = Asked(claim=claim, entry=entry)
    if entry.gateway is None:
        asked.error = Unreachable(cause="no_gateway")
        return asked
    asked.call = call = entry.gateway.job_question(claim.tmp_id)
    asked.started_at, started = utc_now(), time.monotonic()
    try:
        answer = await transport.send(call.url, call.body(), entry.gateway.signed(call), ASK_SECONDS)
        asked.answer = answer
        if answer.http_state == _OK:
            asked.mark = blake2b(answer.body, digest_size=8).hexdigest()
    except GatewayError as error:
        asked.error, asked.answer = error, error.answer
    asked.seconds = time.monotonic() - started
    return asked


@dataclass
class _Books:
    """What a bundle of answers leads to, gathered to be written together."""

    moves: list[Move] = field(default_factory=list)
    marks: list[tuple[UUID, str]] = field(default_factory=list)
    later: list[tuple[UUID, float, int, int]] = field(default_factory=list)
    told: list[tuple[UUID, int, Any]] = field(default_factory=list)
    odd: list[tuple[UUID, int]] = field(default_factory=list)
    holds: list[tuple[Account, float | None]] = field(default_factory=list)
    pauses: list[tuple[Account, str]] = field(default_factory=list)
    # Accounts whose calls were signed with the wrong date.
    undated: list[Account] = field(default_factory=list)


@transaction.atomic
def settle(bundle: Sequence[Asked], *, is_outage: bool = False) -> list[UUID]:
    """Write down what TMP said; the jobs that it has finished are to be collected.

    `is_outage` asks again at once: the breaker, not the row, then says when.
    """
    news = [asked for asked in bundle if not asked.says_nothing_new]
    if not news:
        return []
    rows = Job.objects.filter(pk__in=[asked.claim.job_id for asked in news], state__in=Job.REFRESHED)
    jobs = {job.pk: job for job in rows.only("pk", "account_id", "state", "tmp_state", "tmp_id")}
    books = _Books()
    for asked in news:
        if job := jobs.get(asked.claim.job_id):
            _read(job, asked, books, is_outage=is_outage)
    # First, and in one order, as everybody locks limits before jobs.
    for account, seconds in sorted(books.holds, key=lambda held: held[0].pk):
        pacing.hold(account, seconds=seconds)
    won = move_many(books.moves)
    claiming.remember(books.marks)
    claiming.put_off(books.later)
    exchanges.keep_many(books.told)
    for job_id, tmp_state in books.odd:
        Job.objects.filter(pk=job_id, state__in=Job.REFRESHED).update(tmp_state=tmp_state)
    # Last, as everybody locks jobs before their questions.
    for account in books.undated:
        dating.learn_x_date(account)
    for account, words in books.pauses:
        pause_account(account, words=words)
    return [move.job_id for move in books.moves if move.to == State.COLLECTING and move.job_id in won]


def _read(job: Job, asked: Asked, books: _Books, *, is_outage: bool) -> None:
    claim, gateway = asked.claim, asked.entry.gateway
    try:
        if gateway is None or asked.call is None or asked.started_at is None:
            raise asked.error or Unreachable(cause="no_gateway")
        reply = gateway.conclude(
            asked.call, asked.answer, asked.error, started_at=asked.started_at, seconds=asked.seconds
        )
    except GatewayError as error:
        _amiss(job, asked, error, books, is_outage=is_outage)
        return
    if reply.state != job.tmp_state or claim.unanswered or claim.refused:
        books.told.append((job.pk, claim.number, reply.exchange))
    if move := _move(job, reply):
        books.moves.append(_heard(move, reply.exchange))
    elif reply.state != job.tmp_state:
        books.odd.append((job.pk, reply.state))
    if not move or move.to in Job.REFRESHED:
        books.marks.append((job.pk, asked.mark))


def _move(job: Job, reply: JobReply) -> Move | None:
    """What TMP's state means for the job. Numbers that nobody documented are kept and asked about on;
    nothing goes backwards."""
    known: dict[str, Any] = {"tmp_state": reply.state}
    to, note = "", ""
    if reply.state == JobState.PROCESSING and job.state == State.SUBMITTED:
        to = State.PROCESSING
    elif reply.state == JobState.COMPLETED:
        to, note = State.COLLECTING, "finished_at_tmp"
    elif reply.state == JobState.ERROR:
        to, note = State.ERROR, "failed_at_tmp"
        known |= {"failed_in": "processing", "error_kind": "Failed", "error_words": storable(reply.message)}
    elif reply.state == JobState.CANCELED:
        to, note = State.CANCELED, "by_tmp"
    if not to:
        return None
    if to != State.PROCESSING:
        known["raw_answer"] = storable_object(_job_in(reply.raw))
    return _moving(job, to, note, known)


def _amiss(job: Job, asked: Asked, error: GatewayError, books: _Books, *, is_outage: bool) -> None:
    """No answer, or a refusal, only means to ask later; a row of failures is kept at 1, 2, 4, 8, ..."""
    claim, account = asked.claim, asked.entry.account
    unanswered, refused = claim.unanswered + 1, claim.refused
    if isinstance(error, Refused):
        unanswered, refused = claim.unanswered, claim.refused + 1
    count = max(unanswered, refused)
    if error.exchange is not None and count & (count - 1) == 0:
        books.told.append((job.pk, claim.number, error.exchange))
    if isinstance(error, Refused) and dating.asks_for_x_date(account, error):
        books.undated.append(account)
        books.later.append((job.pk, asked.entry.interval, unanswered, claim.refused))
        return
    is_unknown = isinstance(error, Refused) and lessons.knows_no_job(account, job.tmp_id, error)
    if isinstance(error, Refused) and not is_unknown and lessons.refuses_keys(account, job.tmp_id, error):
        books.pauses.append((account, error.words or f"HTTP {error.http_state}"))
        return
    if isinstance(error, Refused) and (is_unknown or refused >= MOST_REFUSALS):
        # That TMP does not know it is believed at once in words that were learned to mean so.
        known = {"failed_in": "refresh", "error_kind": "Refused"}
        words = {"error_words": storable(error.words or error.code)}
        move = _moving(job, State.ERROR, "refused", known | words)
        books.moves.append(_heard(move, error.exchange))
        return
    if isinstance(error, Throttled):
        books.holds.append((account, error.retry_after))
    books.later.append((job.pk, _wait(asked, error, unanswered + refused, is_outage), unanswered, refused))


def _wait(asked: Asked, error: GatewayError, failures: int, is_outage: bool) -> float:
    interval = asked.entry.interval
    if is_outage:
        return 0.0
    at_least = error.retry_after if isinstance(error, Throttled) else None
    return next_refresh(interval, unanswered=failures - 1, at_least=at_least)


def _moving(job: Job, to: str, note: str, values: dict[str, Any]) -> Move:
    return Move(job_id=job.pk, account_id=job.account_id, from_=job.state, to=to, note=note, values=values)


def _heard(move: Move, exchange: Exchange | None) -> Move:
    """With TMP's id of the call that it follows from."""
    return replace(move, tmp_request_id=exchange.request_id if exchange else "")


def give_up_old(limit: int, seconds: float) -> int:
    """Stop asking about jobs that have not moved for too long; a person may start it again. Says how many."""
    old = Job.objects.filter(state__in=Job.REFRESHED, changed_at__lte=in_seconds(-seconds))
    return sum(job.move(job.state, State.GAVE_UP, note="too_old") for job in old[:limit])


def _job_in(answer: dict[str, Any]) -> dict[str, Any]:
    response = answer.get("getJobResponse")
    job = response.get("job") if isinstance(response, dict) else None
    return job if isinstance(job, dict) else answer
