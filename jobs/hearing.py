"""What a callback is worth: it brings the next question forward, and proves that TMP heard of an attempt."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from accounts.links import hash_of
from jobs.models import Attempt, Job, Refresh, in_seconds
from tencent.job_pointers import job_id_in

State = Job.State
Outcome = Attempt.Outcome

# Seconds in which any number of calls to one address bring one question forward.
HINT_SECONDS = 10.0
# States in which the newest attempt is the job's own, and word of it is welcome.
_AWAITING = (State.SUBMITTING, State.UNSURE, *Job.REFRESHED, State.COLLECTING, State.GAVE_UP)
# What is put to TMP as an id, and nothing else.
_ID = re.compile(r"[A-Za-z0-9_-]{8,128}")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A call to the address of `attempt`; `wants_word` when an id that it names would be news, and is not
    the second within HINT_SECONDS."""

    attempt: Attempt
    wants_word: bool


def hear(token: str) -> Heard | None:
    """The attempt whose address was called, soon to be asked about; None where nothing waits for it.

    The same two statements for every token, be it ours, of an older attempt, of an ended job or made up. A
    call within HINT_SECONDS of the last is worth one question at their end.
    """
    mark = hash_of(token)
    called = Attempt.objects.filter(callback_token_hash=mark)
    is_first = called.filter(_is_long_ago()).update(called_at=Now()) == 1
    newer = Attempt.objects.filter(job=OuterRef("job"), number__gt=OuterRef("number"))
    attempt = called.annotate(is_old=Exists(newer)).select_related("job").first()
    known = attempt.callback_token_hash if attempt else ""
    if not hmac.compare_digest(known, mark) or attempt is None or not _is_awaited(attempt):
        return None
    _bring_forward(attempt, at_once=is_first)
    return Heard(attempt=attempt, wants_word=is_first and _is_open(attempt))


def note_word(attempt: Attempt, said: bytes) -> None:
    """Keep the id that a callback names, to ask TMP itself whose job it is; nothing else of it is read.

    In which form TMP calls is not published: JSON, a form and a query are understood.
    """
    found = job_id_in(said.decode("utf-8", "replace"))
    if found is not None and _ID.fullmatch(found.id):
        Attempt.objects.filter(pk=attempt.pk).update(called_about=found.id)


def is_called(job: Job) -> bool:
    """Whether TMP has called about an attempt of which no answer came: then it has the job."""
    return (
        job.state == State.UNSURE
        and job.attempts.filter(outcome=Outcome.UNSURE).exclude(called_at=None).exists()
    )


def _is_long_ago() -> Q:
    return Q(called_at=None) | Q(called_at__lte=in_seconds(-HINT_SECONDS))


def _is_awaited(attempt: Attempt) -> bool:
    is_old: bool = attempt.is_old  # type: ignore[attr-defined]
    return attempt.job.state in _AWAITING and not is_old


def _is_open(attempt: Attempt) -> bool:
    """Whether the portal does not know its id at TMP."""
    states, outcomes = (State.SUBMITTING, State.UNSURE), (Outcome.SENDING, Outcome.UNSURE)
    return attempt.job.state in states and attempt.outcome in outcomes


def _bring_forward(attempt: Attempt, *, at_once: bool) -> None:
    when: Any = Now()
    if not at_once and attempt.called_at is not None:
        when = attempt.called_at + timedelta(seconds=HINT_SECONDS)
    Refresh.objects.filter(job=attempt.job_id, due_at__gt=when).update(due_at=when)
    Job.objects.filter(pk=attempt.job_id, state=State.UNSURE, due_at__gt=when).update(due_at=when)
