"""Defects of a job engine, each planted into a running worker by replacing a piece of the product.

They are what somebody might write who has not read docs/architecture.md; chaos must find every one of them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
from django.db import transaction
from django.db.models.functions import Now

from accounts import clients
from accounts.models import Account
from jobs import hearing
from jobs.engine import collecting, recovering, submitting, sweeping, taking, wire
from jobs.engine.submitting import Submission
from jobs.models import Attempt, Job, in_seconds
from jobs.models.tally import TallyManager
from tencent.errors import GatewayError, Throttled, Unanswered
from tencent.messages import JobReply

log = logging.getLogger(__name__)
State, Outcome = Job.State, Attempt.Outcome
SOON = 0.3


def naive_submit() -> None:
    """Send first, and write down afterwards that something was sent."""

    def take(account: Account, most: int, taken: list[Submission]) -> None:
        for job in Job.objects.ready().filter(account=account).order_by("created_at")[:most]:
            number = job.attempts.count() + 1
            attempt = Attempt(job=job, number=number, destination=f"{job.destination}/{job.pk}-{number}/")
            request = wire.request_for(
                job, destination=attempt.destination, custom_id=wire.custom_id(job, attempt)
            )
            with suppress(GatewayError):
                reply = clients.gateway_for(account).create_job(request, submitting.deadline())
                attempt.tmp_id, attempt.outcome = reply.id, Outcome.ACCEPTED
                attempt.save()
                known = {"tmp_id": reply.id, "tmp_state": reply.state, "submitted_at": Now()}
                job.move(State.QUEUED, State.SUBMITTED, refresh_in=SOON, **known)

    taking.take = take


def attempt_after_send() -> None:
    """The row of the attempt comes with the answer."""
    write = Submission._write

    def new_attempt(job: Job, token: str, day: Any) -> Attempt:
        number = job.attempts.count() + 1
        own = f"{job.destination.rstrip('/')}/{job.pk}-{number}/"
        return Attempt(job=job, number=number, destination=own, counted_on=day)

    def _write(self: Submission, answer: Any) -> None:
        self.attempt.save()
        write(self, answer)

    wire.new_attempt = new_attempt
    Submission._write = _write  # type: ignore[method-assign]


def no_fence() -> None:
    """Whoever finds the state that he expects may write."""
    move = Job.move

    def fenceless(self: Job, from_: str, to: str, *, fence: int | None = None, **more: Any) -> bool:
        return move(self, from_, to, **more)

    Job.move = fenceless  # type: ignore[method-assign]


def late_answer_counts() -> None:
    """The answer to an old attempt is taken for one to the newest."""
    move = Submission._move

    def _move(self: Submission, to: str, **fields: Any) -> bool:
        self.job.refresh_from_db()
        return move(self, to, **fields)

    Submission._move = _move  # type: ignore[method-assign]


def collects_without_fence() -> None:
    """A reader writes its result though another has taken the job meanwhile."""
    write = collecting.Collection.write

    def unfenced(self: collecting.Collection, reading: Any) -> None:
        self.job.fence = Job.objects.values_list("fence", flat=True).get(pk=self.job.pk)
        write(self, reading)

    collecting.Collection.write = unfenced  # type: ignore[method-assign]


def no_repair() -> None:
    """Leases run out, and nobody looks."""
    submitting.repair = lambda: 0


def no_sweep() -> None:
    """The sweep does nothing."""
    sweeping.sweep = lambda **_: 0


def resends_on_ambiguity() -> None:
    """No answer is taken for no job."""

    def _unsure(self: Submission, error: GatewayError) -> None:
        self._later(kind="Unanswered", words=error.words)

    Submission._unsure = _unsure  # type: ignore[method-assign]


def resends_after_a_dead_worker() -> None:
    """A job whose worker died is simply queued again."""

    def repair() -> int:
        rows = Job.objects.expired().filter(state=State.SUBMITTING)
        return sum(job.move(State.SUBMITTING, State.QUEUED, due_at=Now()) for job in rows)

    submitting.repair = repair


def resends_by_custom_id() -> None:
    """TMP is trusted to know a custom id again."""
    send = Submission.send

    async def again(self: Submission, transport: Any) -> Any:
        answer = await send(self, transport)
        return await send(self, transport) if isinstance(answer, Unanswered) else answer

    Submission.send = again  # type: ignore[method-assign]


def hides_doubt() -> None:
    """What brought no clear answer has failed."""

    def _unsure(self: Submission, error: GatewayError) -> None:
        self._failed(kind="Unanswered", words=error.words, outcome=Outcome.REFUSED)

    Submission._unsure = _unsure  # type: ignore[method-assign]


def doubts_too_much() -> None:
    """Even who was told that nothing was accepted is in doubt."""
    later = Submission._later

    def _later(self: Submission, *, kind: str, **told: Any) -> None:
        if kind == "Throttled":
            self._unsure(Unanswered(cause="throttled"))
        else:
            later(self, kind=kind, **told)

    Submission._later = _later  # type: ignore[method-assign]


def throttled_is_refused() -> None:
    """429 ends the job."""
    write = Submission._write

    def _write(self: Submission, answer: Any) -> None:
        if isinstance(answer, Throttled):
            self._failed(kind="Refused", words=answer.words, outcome=Outcome.REFUSED)
        else:
            write(self, answer)

    Submission._write = _write  # type: ignore[method-assign]


def no_deadline() -> None:
    """A call may take as long as it likes."""
    submitting.deadline = lambda: 600.0


def follows_redirects() -> None:
    """Wherever the answer leads, the keys go."""
    post = aiohttp.ClientSession.post

    def _post(self: aiohttp.ClientSession, url: Any, **more: Any) -> Any:
        return post(self, url, **{**more, "allow_redirects": True})

    aiohttp.ClientSession.post = _post  # type: ignore[method-assign]


def saves_in_two_transactions() -> None:
    """First that TMP has the job, then under which id."""
    settle = Submission.settle

    def halves(self: Submission, answer: Any) -> None:
        if not isinstance(answer, JobReply):
            settle(self, answer)
            return
        self._move(State.SUBMITTED, note="accepted", submitted_at=Now(), due_at=None, refresh_in=SOON)
        with transaction.atomic():
            self._close(Outcome.ACCEPTED, tmp_id=answer.id)
            Job.objects.filter(pk=self.job.pk).update(tmp_id=answer.id, tmp_state=answer.state)
            self.job.refresh.__class__.objects.filter(job=self.job).update(tmp_id=answer.id)

    Submission.settle = halves  # type: ignore[method-assign]


def leaves_final_states() -> None:
    """What TMP says counts, even about a job that a person has ended."""
    move = Submission._move

    def _move(self: Submission, to: str, **fields: Any) -> bool:
        if move(self, to, **fields):
            return True
        return bool(Job.objects.filter(pk=self.job.pk, state=State.CANCELED).update(state=to))

    Submission._move = _move  # type: ignore[method-assign]


def logs_what_it_sends() -> None:
    """With the keys in it."""
    send = Submission.send

    async def talkative(self: Submission, transport: Any) -> Any:
        if self.gateway and self.request:
            log.warning("Sending %s", self.gateway.job_creation(self.request).body().decode())
        return await send(self, transport)

    Submission.send = talkative  # type: ignore[method-assign]


def forgets_the_question() -> None:
    """A job that TMP has is never asked about."""
    Job._schedule = lambda self, from_, seconds: None  # type: ignore[method-assign]


def forgets_the_tally() -> None:
    """Moves are not counted."""
    TallyManager.moved = lambda self, moves: None  # type: ignore[method-assign]


def ends_doubt_by_a_timer() -> None:
    """What is unsure for a while has failed."""
    take = recovering.take_unsure

    def take_unsure(limit: int) -> Any:
        for job in Job.objects.filter(state=State.UNSURE, changed_at__lte=in_seconds(-2)):
            job.move(State.UNSURE, State.ERROR, note="timed_out")
        return take(limit)

    recovering.take_unsure = take_unsure


def one_folder_for_all() -> None:
    """Every attempt writes where every other does, so that a file proves nothing."""
    new = wire.new_attempt

    def new_attempt(job: Job, token: str, day: Any) -> Attempt:
        attempt = new(job, token, day)
        Attempt.objects.filter(pk=attempt.pk).update(destination=job.destination)
        attempt.destination = job.destination
        return attempt

    wire.new_attempt = new_attempt


def believes_callbacks() -> None:
    """The state is what the caller says it is."""

    def note_word(attempt: Attempt, body: bytes) -> None:
        if json.loads(body)["getJobResponse"]["job"]["state"] == 4:
            attempt.job.move(attempt.job.state, State.ERROR, failed_in="processing", error_kind="Failed")

    hearing.note_word = note_word


DEFECTS: dict[str, Callable[[], None]] = {
    plant.__name__: plant
    for plant in (
        naive_submit,
        attempt_after_send,
        no_fence,
        late_answer_counts,
        collects_without_fence,
        no_repair,
        no_sweep,
        resends_on_ambiguity,
        resends_after_a_dead_worker,
        resends_by_custom_id,
        hides_doubt,
        doubts_too_much,
        throttled_is_refused,
        no_deadline,
        follows_redirects,
        saves_in_two_transactions,
        leaves_final_states,
        logs_what_it_sends,
        forgets_the_question,
        forgets_the_tally,
        ends_doubt_by_a_timer,
        one_folder_for_all,
        believes_callbacks,
    )
}
