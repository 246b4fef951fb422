"""Asks TMP how a job is doing, and turns TMP's five states into the portal's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts import clients
from accounts.encryption import CannotOpen
from jobs import collecting, exchanges, lessons
from jobs.models import Job, in_seconds
from jobs.pausing import pause_account, slow_account
from jobs.polling import next_refresh
from jobs.storable import storable, storable_object
from jobs.timing import poll_interval
from jobs.work import Work
from tencent.errors import GatewayError, Refused, Throttled, Unreachable
from tencent.gateway import Gateway
from tencent.messages import JobReply, JobState

State = Job.State
MOST_REFUSALS = 5
# Shorter than the gateway's own default: a question is cheap to repeat, a thread is not.
ASK_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class Refresh(Work):
    """One GetJob."""

    job: Job
    gateway: Gateway | None

    def call(self) -> JobReply | GatewayError:
        """TMP's answer; harmless, so every failure only means to ask later."""
        if self.gateway is None:
            return Unreachable(cause="no_gateway")
        try:
            return self.gateway.get_job(self.job.tmp_id, deadline_s=ASK_SECONDS)
        except GatewayError as error:
            return error

    def write(self, answer: JobReply | GatewayError) -> Work | None:
        """Write down what TMP said; a finished job goes on to be collected at once."""
        exchanges.keep(self.job, answer.exchange)
        if isinstance(answer, JobReply):
            return self._told(answer)
        if isinstance(answer, Refused):
            self._refused(answer)
        else:
            if isinstance(answer, Throttled):
                slow_account(self.job.account, seconds=answer.retry_after)
            self._later(at_least=getattr(answer, "retry_after", None))
        return None

    def _told(self, reply: JobReply) -> Work | None:
        known: dict[str, Any] = {"tmp_state": reply.state, "refreshed_at": Now(), "unanswered": 0}
        raw = storable_object(_job_in(reply.raw))
        if reply.state == JobState.COMPLETED:
            return self._collect(reply, raw=raw, **known)
        if reply.state == JobState.ERROR:
            words = storable(reply.message)
            self.job.move(
                self.job.state,
                State.ERROR,
                note="failed_at_tmp",
                failed_in="processing",
                error_kind="Failed",
                error_words=words,
                raw_answer=raw,
                **known,
            )
        elif reply.state == JobState.CANCELED:
            self.job.move(self.job.state, State.CANCELED, note="by_tmp", raw_answer=raw, **known)
        else:
            self._goes_on(reply, **known)
        return None

    def _goes_on(self, reply: JobReply, **known: Any) -> None:
        """Still at work. Numbers that nobody documented are kept and asked about; nothing goes backwards."""
        known["refresh_at"] = in_seconds(next_refresh(poll_interval(self.job.account)))
        if reply.state == JobState.PROCESSING and self.job.state == State.SUBMITTED:
            self.job.move(State.SUBMITTED, State.PROCESSING, **known)
        else:
            self._row().update(**known)

    def _collect(self, reply: JobReply, *, raw: dict[str, Any], **known: Any) -> Work | None:
        won = self.job.move(
            self.job.state,
            State.COLLECTING,
            lease=settings.LEASE_SECONDS,
            note="finished_at_tmp",
            raw_answer=raw,
            **known,
        )
        if not won:
            return None
        # The answer at hand may be larger than what was kept of it.
        return replace(collecting.of(self.job), found=reply.found(self.job.capability))

    def _refused(self, error: Refused) -> None:
        """Refused keys say nothing of the job. That TMP does not know it is believed at once in words that
        were learned to mean so, else the fifth time."""
        if lessons.refuses_keys(self.job, error):
            pause_account(self.job.account, words=error.words or f"HTTP {error.http_state}")
        elif lessons.knows_no_job(self.job, error) or exchanges.refusals_in_a_row(self.job) >= MOST_REFUSALS:
            self.job.move(
                self.job.state,
                State.ERROR,
                note="refused",
                failed_in="refresh",
                error_kind="Refused",
                error_words=storable(error.words or error.code),
                refreshed_at=Now(),
            )
            return
        self._later()

    def _later(self, at_least: float | None = None) -> None:
        failures = self.job.unanswered + 1
        wait = next_refresh(poll_interval(self.job.account), unanswered=failures, at_least=at_least)
        self._row().update(unanswered=F("unanswered") + 1, refresh_at=in_seconds(wait))

    def _row(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, state=self.job.state, tmp_id=self.job.tmp_id)


def take_due(limit: int) -> list[Refresh]:
    """Claim due jobs, the longest due first. To claim is to reschedule: a claimer may die."""
    with transaction.atomic():
        # SQLite has no row locks and needs none: its transactions are exclusive here.
        jobs = list(
            Job.objects.due()
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("account")
            .order_by("refresh_at")[:limit]
        )
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(refresh_at=in_seconds(ASK_SECONDS))
    return _with_gateways(jobs)


def give_up_old(limit: int = 200) -> int:
    """Stop asking about jobs that have not moved for too long; a person may start it again. Says how many."""
    old = Job.objects.filter(state__in=Job.REFRESHED, changed_at__lte=in_seconds(-settings.GIVE_UP_SECONDS))
    return sum(job.move(job.state, State.GAVE_UP, note="too_old") for job in old[:limit])


def _with_gateways(jobs: Iterable[Job]) -> list[Refresh]:
    """One gateway, and so one pool of connections, for all jobs of an account."""
    made: dict[Any, Gateway | None] = {}
    for job in jobs:
        if job.account_id not in made:
            try:
                made[job.account_id] = clients.gateway_for(job.account)
            except (Unreachable, CannotOpen, ValueError):
                made[job.account_id] = None
    return [Refresh(job=job, gateway=made[job.account_id]) for job in jobs]


def _job_in(answer: dict[str, Any]) -> dict[str, Any]:
    response = answer.get("getJobResponse")
    job = response.get("job") if isinstance(response, dict) else None
    return job if isinstance(job, dict) else answer
