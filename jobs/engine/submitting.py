"""The order of truth at a submission: attempt and lease are committed, then one send, then a guarded save."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.log_context import about
from accounts.managing import dating
from jobs.capabilities import writes_files
from jobs.engine import exchanges, lessons, metering, pacing
from jobs.engine.pausing import pause_account
from jobs.engine.polling import gives_up, next_refresh
from jobs.engine.timing import age_of, poll_interval
from jobs.models import Attempt, Job, in_seconds
from jobs.storable import storable
from tencent.errors import GatewayError, Refused, Throttled, Unreachable
from tencent.gateway import Gateway
from tencent.messages import JobReply, JobRequest
from tencent.signing import utc_now
from tencent.streaming import Streaming

State = Job.State
Outcome = Attempt.Outcome

# Seconds after which no worker has an older account at hand: more than roster.REFRESH_SECONDS.
HEARD_SECONDS = 2.5

# Branches that tencent.errors does not have: values fit no request; the process died while sending; it was
# kept from sending in time.
UNFIT, ABANDONED, CANNOT_OPEN, HELD_UP = "Unfit", "Abandoned", "CannotOpen", "HeldUp"


@dataclass(frozen=True, kw_only=True)
class NotSent:
    """A submission that ended before a byte left; `for_good` when it would end so again."""

    kind: str
    words: str = ""
    for_good: bool = False


Answer = JobReply | GatewayError | NotSent


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One attempt, taken: its row, its lease and its fence are committed before anything is sent."""

    job: Job
    attempt: Attempt
    gateway: Gateway | None = None
    request: JobRequest | None = None
    trouble: NotSent | GatewayError | None = None
    taken_at: float = field(default_factory=time.monotonic)

    async def send(self, transport: Streaming) -> Answer:
        """CreateJob, once. Never raises for what the gateway may do."""
        if self.gateway is None or self.request is None:
            return self.trouble or NotSent(kind=UNFIT)
        if time.monotonic() - self.taken_at > deadline():
            # This process slept: somebody may be deciding about the row by now.
            return NotSent(kind=HELD_UP)
        call = self.gateway.job_creation(self.request)
        answer, trouble = None, None
        started_at, started = utc_now(), time.monotonic()
        try:
            answer = await transport.send(call.url, call.body(), self.gateway.signed(call), deadline())
        except GatewayError as error:
            answer, trouble = error.answer, error
        try:
            return self.gateway.conclude(
                call, answer, trouble, started_at=started_at, seconds=time.monotonic() - started
            )
        except GatewayError as error:
            return error

    def in_log(self, answer: Answer | None = None) -> AbstractContextManager[None]:
        """What is logged within is about this attempt, and the call that brought `answer`."""
        exchange = getattr(answer, "exchange", None)
        return about(
            job_id=self.job.pk,
            attempt=self.attempt.number,
            account_id=self.job.account_id,
            tmp_request_id=exchange.request_id if exchange else "",
        )

    def settle(self, answer: Answer) -> None:
        """Write down what came of it, if the row is still ours; a job deleted meanwhile ends quietly."""
        try:
            with transaction.atomic():
                self._write(answer)
        except (IntegrityError, ObjectDoesNotExist):
            if Job.objects.filter(pk=self.job.pk).exists():
                raise

    def _write(self, answer: Answer) -> None:
        """An answer after the lease still counts while nobody else went on."""
        exchanges.keep(self.job, getattr(answer, "exchange", None), attempt=self.attempt)
        if isinstance(answer, JobReply):
            self._accepted(answer)
        elif isinstance(answer, NotSent) and answer.for_good:
            self._failed(kind=answer.kind, words=answer.words, outcome=Outcome.NOT_SENT)
        elif isinstance(answer, Refused) and dating.asks_for_x_date(self.job.account, answer):
            self._date_refused()
        elif isinstance(answer, Refused) and lessons.refuses_keys(self.job.account, "", answer):
            self._keys_refused(answer)
        elif isinstance(answer, Refused):
            self._failed(kind="Refused", words=answer.words or answer.code, outcome=Outcome.REFUSED)
        elif isinstance(answer, Throttled):
            pacing.hold(self.job.account, seconds=answer.retry_after)
            self._later(kind="Throttled", words=answer.words, at_least=answer.retry_after)
        elif isinstance(answer, NotSent | Unreachable):
            words = answer.words or getattr(answer, "cause", "")
            kind = answer.kind if isinstance(answer, NotSent) else "Unreachable"
            self._later(kind=kind, words=words)
        else:
            self._unsure(answer)

    def _accepted(self, reply: JobReply) -> None:
        self._move(
            State.SUBMITTED,
            note="accepted",
            tmp_id=reply.id,
            tmp_state=reply.state,
            submitted_at=Now(),
            unanswered=0,
            due_at=None,
            error_kind="",
            error_words="",
            # Half an interval: short jobs are done sooner than a full one.
            refresh_in=poll_interval(self.job.account) / 2,
        )
        metering.accepted(self.job, self.attempt)
        self._close(Outcome.ACCEPTED, tmp_id=reply.id)

    def _failed(self, *, kind: str, words: str, outcome: str) -> None:
        self._close(outcome)
        self._not_accepted(
            State.ERROR, note="refused", failed_in="submit", error_kind=kind, error_words=storable(words)
        )

    def _keys_refused(self, error: Refused) -> None:
        """Surely not accepted, and no fault of the job: it waits with its account until a person resumes."""
        pause_account(self.job.account, words=error.words or f"HTTP {error.http_state}")
        self._close(Outcome.REFUSED)
        self._not_accepted(State.QUEUED, note="keys_refused", due_at=None)

    def _date_refused(self) -> None:
        """Surely not accepted: sent once more with X-Date, when every worker has heard of it."""
        dating.learn_x_date(self.job.account)
        self._close(Outcome.NOT_SENT)
        wait = max(HEARD_SECONDS, poll_interval(self.job.account))
        self._not_accepted(State.QUEUED, note="not_sent", due_at=in_seconds(wait))

    def _later(self, *, kind: str, words: str, at_least: float | None = None) -> None:
        """Surely not accepted: wait and try again, but not for ever."""
        self._close(Outcome.THROTTLED if kind == "Throttled" else Outcome.NOT_SENT)
        told = {"error_kind": kind, "error_words": storable(words)}
        if gives_up(age_of(self.job.created_at), limit=settings.GIVE_UP_SECONDS):
            self._not_accepted(State.ERROR, note="gave_up", failed_in="submit", **told)
            return
        failures = self.job.unanswered + 1
        wait = next_refresh(poll_interval(self.job.account), unanswered=failures, at_least=at_least)
        self._not_accepted(
            State.QUEUED, note="not_sent", unanswered=failures, due_at=in_seconds(wait), **told
        )

    def _unsure(self, error: GatewayError) -> None:
        self._close(Outcome.UNSURE)
        self._move(
            State.UNSURE,
            note="no_clear_answer",
            due_at=_first_look(self.job),
            failed_in="submit",
            error_kind=type(error).__name__,
            error_words=storable(error.words or error.cause),
        )

    def _not_accepted(self, to: str, **fields: Any) -> None:
        self._move(to, **fields)
        # Also of a job that a person canceled meanwhile.
        metering.not_accepted(self.job, self.attempt)

    def _close(self, outcome: str, **fields: Any) -> None:
        """What a file in the bucket or TMP's own word proved meanwhile is not taken back."""
        rows = Attempt.objects.filter(pk=self.attempt.pk)
        if outcome != Outcome.ACCEPTED:
            rows = rows.exclude(outcome=Outcome.ACCEPTED)
        rows.update(outcome=outcome, **fields)

    def _move(self, to: str, **fields: Any) -> None:
        fence = self.job.fence
        if not self.job.move(State.SUBMITTING, to, fence=fence, **fields) and to != State.UNSURE:
            # The lease ran out, but no other attempt was made: this answer is the evidence that was missing.
            self.job.move(State.UNSURE, to, fence=fence, **{**_EASED, **fields})


_EASED = {"failed_in": "", "error_kind": "", "error_words": ""}


def _first_look(job: Job) -> Any:
    """When the bucket is looked at for what an unsure job left there; never where TMP writes no files."""
    return in_seconds(poll_interval(job.account)) if writes_files(job.capability) else None


def deadline() -> float:
    """Seconds for one CreateJob: who still waits for an answer must still hold the row."""
    return min(float(settings.SEND_SECONDS), float(settings.LEASE_SECONDS) / 2)


def repair() -> int:
    """Who let a lease run out while sending may have been heard by TMP: a person decides. Says how many."""
    count = 0
    for job in Job.objects.expired().filter(state=State.SUBMITTING):
        with transaction.atomic():
            # A fence that stays lets the late answer of a slow, living worker still resolve the job.
            moved = job.move(
                State.SUBMITTING,
                State.UNSURE,
                fence=job.fence,
                note="lease_ran_out",
                due_at=Now() if writes_files(job.capability) else None,
                failed_in="submit",
                error_kind=ABANDONED,
                error_words="",
            )
            if moved:
                job.attempts.filter(outcome=Outcome.SENDING).update(outcome=Outcome.UNSURE)
                count += 1
    return count
