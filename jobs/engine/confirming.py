"""Asks TMP whose job it is that a callback named: TMP's answer is believed, the callback never."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from accounts import clients
from accounts.encryption import CannotOpen
from jobs.engine import exchanges, lessons, metering, pacing, wire
from jobs.engine.pausing import pause_account
from jobs.engine.work import Work
from jobs.models import Attempt, Job
from tencent.errors import Garbled, GatewayError, Refused, Throttled, Unreachable
from tencent.gateway import Gateway
from tencent.messages import JobReply

State = Job.State
Outcome = Attempt.Outcome
ASK_SECONDS = settings.ASK_SECONDS


@dataclass(frozen=True, kw_only=True)
class Confirmation(Work):
    """One GetJob about the id that somebody named for an attempt without an answer."""

    job: Job
    attempt: Attempt
    gateway: Gateway

    def call(self) -> JobReply | GatewayError:
        """TMP's own word about that id."""
        try:
            return self.gateway.get_job(self.attempt.called_about, ASK_SECONDS)
        except GatewayError as error:
            return error

    def write(self, answer: JobReply | GatewayError) -> None:
        """UNSURE -> SUBMITTED if TMP names this very attempt; an id that TMP does not bear out is dropped."""
        if isinstance(answer, JobReply) and self._is_ours(answer):
            self._found(answer)
        elif isinstance(answer, Throttled):
            pacing.hold(self.job.account, seconds=answer.retry_after)
        elif isinstance(answer, Refused) and lessons.refuses_keys(self.job.account, "", answer):
            pause_account(self.job.account, words=answer.words or f"HTTP {answer.http_state}")
        elif isinstance(answer, JobReply | Refused | Garbled):
            Attempt.objects.filter(pk=self.attempt.pk).update(called_about="")

    def _is_ours(self, reply: JobReply) -> bool:
        # No other sending bears this label; the guide's own job has one that proves nothing.
        return not self.job.is_verification and reply.custom_id == wire.custom_id(self.job, self.attempt)

    def _found(self, reply: JobReply) -> None:
        moved = self.job.move(
            State.UNSURE,
            State.SUBMITTED,
            note="confirmed",
            tmp_id=reply.id,
            tmp_state=None,
            submitted_at=Now(),
            due_at=None,
            failed_in="",
            error_kind="",
            error_words="",
        )
        if moved:
            metering.accepted(self.job, self.attempt)
            Attempt.objects.filter(pk=self.attempt.pk).update(tmp_id=reply.id)
            exchanges.keep(self.job, reply.exchange, attempt=self.attempt)


def confirmation(job: Job) -> Confirmation | None:
    """The question about an UNSURE job, if somebody named an id for it and a call may leave now."""
    named = job.attempts.filter(outcome=Outcome.UNSURE).exclude(called_about="")
    attempt = named.order_by("-number").first()
    if attempt is None or job.account.paused_because:
        return None
    with transaction.atomic():
        if not pacing.grant(job.account, 1):
            return None
    try:
        return Confirmation(job=job, attempt=attempt, gateway=clients.gateway_for(job.account))
    except (Unreachable, CannotOpen, ValueError):
        return None
