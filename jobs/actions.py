"""What a person may do with a job, by its state: the one table that pages and services obey."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jobs.models import Job

State = Job.State


class Action(models.TextChoices):
    """One thing that a person decides about a job; its label is the button."""

    CANCEL = "cancel", _("Cancel job")
    GIVE_UP = "give_up", _("Stop asking TMP")
    ASK_AGAIN = "ask_again", _("Ask TMP again")
    SEND_AGAIN = "send_again", _("Send again (may cost money again)")
    SEND_AGAIN_ALTHOUGH_CALLED = "send_again_although_called", _("Send again (makes a second job)")
    MARK_FAILED = "mark_failed", _("Mark as failed")
    RETRY = "retry", _("Retry")
    READ_AGAIN = "read_again", _("Read result again")
    DUPLICATE = "duplicate", _("Duplicate")
    DELETE = "delete", _("Delete job")


_ENDED = frozenset({*Job.FINAL, State.GAVE_UP})

# A final state is never left: to retry and to duplicate make another job.
POSSIBLE: dict[Action, frozenset[str]] = {
    Action.CANCEL: frozenset(Job.LIVE),
    Action.GIVE_UP: frozenset(Job.REFRESHED),
    Action.ASK_AGAIN: frozenset({State.GAVE_UP}),
    Action.SEND_AGAIN: frozenset({State.UNSURE}),
    Action.SEND_AGAIN_ALTHOUGH_CALLED: frozenset({State.UNSURE}),
    Action.MARK_FAILED: frozenset({State.UNSURE}),
    Action.RETRY: frozenset({State.ERROR, State.CANCELED, State.GAVE_UP}),
    Action.READ_AGAIN: frozenset({State.COMPLETED}),
    Action.DUPLICATE: frozenset(State) - {State.UNSURE},
    Action.DELETE: _ENDED | {State.UNSURE},
}


# What the dashboard offers for several jobs at once.
SELECTABLE = (Action.RETRY, Action.DUPLICATE, Action.CANCEL, Action.GIVE_UP, Action.ASK_AGAIN, Action.DELETE)


def is_possible(action: str, job: Job) -> bool:
    """Whether `action` makes sense for `job` as it stands; who may do it is not asked here."""
    if job.state not in POSSIBLE[Action(action)]:
        return False
    if action == Action.RETRY:
        return is_repeatable(job) and job.account.is_usable
    if action == Action.DUPLICATE:
        return job.has_source and not job.is_verification
    return action != Action.READ_AGAIN or job.raw_answer is not None


def possible(job: Job) -> list[Action]:
    """Everything that may be done with `job` now, in the order of Action."""
    return [action for action in Action if is_possible(action, job)]


def is_repeatable(job: Job) -> bool:
    """Whether the portal knows all that it was sent with: of an adopted job only its program does, and a
    verification has a page of its own."""
    return job.source_kind != Job.SourceKind.ADOPTED and job.has_source and not job.is_verification


def is_selectable(action: str, job: Job) -> bool:
    """As is_possible, for one of several jobs: a duplicate then has no form that somebody fills up."""
    repeats = action != Action.DUPLICATE or (is_repeatable(job) and job.account.is_usable)
    return repeats and is_possible(action, job)
