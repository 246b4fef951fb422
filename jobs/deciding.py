"""What a person decides about one job, by the table of jobs.actions; each says whether it did anything."""

from __future__ import annotations

from jobs.actions import POSSIBLE, Action
from jobs.hearing import is_called
from jobs.models import Job, remove

State = Job.State


def cancel(job: Job) -> bool:
    """End a live job here; says whether it was one. TMP offers no way to cancel: what it has begun, it may
    finish and bill."""
    return job.state in POSSIBLE[Action.CANCEL] and job.move(
        job.state, State.CANCELED, note="by_person", detail={"sent": job.state not in Job.WAITING}
    )


def give_up(job: Job) -> bool:
    """SUBMITTED or PROCESSING -> GAVE_UP: ask TMP no more; it may finish and bill all the same."""
    return job.state in POSSIBLE[Action.GIVE_UP] and job.move(job.state, State.GAVE_UP, note="by_person")


def ask_again(job: Job) -> bool:
    """GAVE_UP -> SUBMITTED: ask TMP about the job for another while."""
    return job.state in POSSIBLE[Action.ASK_AGAIN] and job.move(
        State.GAVE_UP, State.SUBMITTED, note="by_person", ended_at=None
    )


def send_again(job: Job, *, although_called: bool = False) -> bool:
    """UNSURE -> QUEUED: a person takes the risk of a second job at TMP.

    A job that TMP called about only with `although_called`: TMP has it, so the second is certain.
    """
    if is_called(job) and not although_called:
        return False
    return job.state in POSSIBLE[Action.SEND_AGAIN] and job.move(
        State.UNSURE,
        State.QUEUED,
        note="by_person",
        due_at=None,
        unanswered=0,
        failed_in="",
        error_kind="",
        error_words="",
    )


def mark_failed(job: Job) -> bool:
    """UNSURE -> ERROR: a person decides that nothing came of it."""
    return job.state in POSSIBLE[Action.MARK_FAILED] and job.move(State.UNSURE, State.ERROR, note="by_person")


def delete(job: Job, *, although_unsure: bool = False) -> bool:
    """Forget an ended job with its history; files in the bucket stay, and a live job is cancelled first.

    An UNSURE job only with `although_unsure`: what TMP may have of it is then found by nobody.
    """
    states = POSSIBLE[Action.DELETE]
    if not although_unsure:
        states -= {State.UNSURE}
    return remove(Job.objects.filter(pk=job.pk, state__in=states)) == 1
