"""A wish from its first job to its last retry: runs, and within one run its attempts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jobs.models import Attempt, GatewayExchange, Job

# A chain may grow for ever; so many jobs before and after the one on the page are followed.
MOST_EACH_WAY = 12
# Of an account that could not be reached for a day there are hundreds.
MOST_ATTEMPTS = 6

_TONES: dict[str, str] = {
    Attempt.Outcome.SENDING: "busy",
    Attempt.Outcome.ACCEPTED: "good",
    Attempt.Outcome.REFUSED: "bad",
}


@dataclass(frozen=True, kw_only=True)
class Run:
    """One job of a chain of retries, its `number` counted from the oldest that is followed."""

    job: Job
    number: int
    is_this: bool


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One attempt with what its call came to: HTTP state, length in seconds and the gateway's id of it."""

    attempt: Attempt
    tone: str
    http_state: int | None
    seconds: float | None
    request_id: str


def runs_of(user: Any, job: Job) -> list[Run]:
    """The job with those it followed and those that followed it, oldest first, as far as `user` may see."""
    mine = Job.objects.for_user(user).defer("result", "raw_answer").select_related("account")
    before: list[Job] = []
    at = job
    while at.follows_id and len(before) < MOST_EACH_WAY and (older := mine.filter(pk=at.follows_id).first()):
        before.append(older)
        at = older
    after: list[Job] = []
    while len(after) < MOST_EACH_WAY and (newer := mine.filter(follows=after[-1] if after else job).first()):
        after.append(newer)
    chain = [*reversed(before), job, *after]
    return [Run(job=each, number=number, is_this=each is job) for number, each in enumerate(chain, start=1)]


def sendings_of(job: Job) -> tuple[list[Sending], int]:
    """The newest attempts, oldest of them first; and how many older ones are left out."""
    attempts = list(job.attempts.all())
    shown = attempts[-MOST_ATTEMPTS:]
    rows = job.exchanges.filter(attempt__in=shown).order_by("-at", "-pk")
    said = {row.attempt_id: row for row in rows}
    return [_sending(each, said) for each in shown], len(attempts) - len(shown)


def _sending(attempt: Attempt, said: dict[int | None, GatewayExchange]) -> Sending:
    row = said.get(attempt.pk)
    told: dict[str, Any] = row.exchange if row else {}
    return Sending(
        attempt=attempt,
        tone=_TONES.get(attempt.outcome, "warn"),
        http_state=told.get("http_state"),
        seconds=told.get("seconds"),
        request_id=str(told.get("request_id") or ""),
    )
