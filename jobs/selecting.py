"""Does one thing to several jobs, each by itself: one that fails or has moved on stops no other."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError

from accounts.models import Account
from jobs import services
from jobs.actions import Action, is_selectable
from jobs.costs import Estimate, estimate
from jobs.models import Job

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """Some jobs by what an action can do for them: `fit` for it, `unfit`, or `followed` by their retry."""

    fit: list[Job]
    unfit: list[Job]
    followed: list[Job]


@dataclass(kw_only=True)
class Outcome:
    """How many jobs it was `done` to, how many had `moved_on`, how many `failed`, the sentences of those that
    were `refused`, and the jobs that were `made`."""

    done: int = 0
    moved_on: int = 0
    failed: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    made: list[Job] = field(default_factory=list)


def sort(action: Action, jobs: Iterable[Job]) -> Sorted:
    """Before anything is done."""
    fit: list[Job] = []
    unfit: list[Job] = []
    for job in jobs:
        (fit if is_selectable(action, job) else unfit).append(job)
    before: set[Any] = set()
    if action == Action.RETRY:
        before = set(Job.objects.filter(follows__in=fit).values_list("follows", flat=True))
    return Sorted(
        fit=[job for job in fit if job.pk not in before],
        unfit=unfit,
        followed=[job for job in fit if job.pk in before],
    )


def estimates(jobs: Sequence[Job]) -> list[tuple[Account, str, Estimate]]:
    """What it comes to, to send all of `jobs` once more: by account and capability."""
    lengths: dict[tuple[Account, str], list[float | None]] = {}
    for job in jobs:
        lengths.setdefault((job.account, job.capability), []).append(job.source_seconds)
    return [(account, key, estimate(account, key, known)) for (account, key), known in lengths.items()]


def carry_out(
    action: Action, jobs: Iterable[Job], user: Any, *, key: uuid.UUID, although_unsure: bool = False
) -> Outcome:
    """Do it to every one of `jobs`. The same `key` makes the same duplicates. The caller enqueues what was
    made."""
    outcome = Outcome()
    for job in jobs:
        try:
            if _run(action, job, user, outcome, key=key, although_unsure=although_unsure):
                outcome.done += 1
            else:
                outcome.moved_on += 1
        except ValidationError as error:
            sentence = " ".join(error.messages)
            outcome.refused[sentence] = outcome.refused.get(sentence, 0) + 1
        except PermissionDenied:
            outcome.moved_on += 1
        except DatabaseError:
            log.exception("Job %s could not be changed", job.pk)
            outcome.failed += 1
    return outcome


def _run(
    action: Action, job: Job, user: Any, outcome: Outcome, *, key: uuid.UUID, although_unsure: bool
) -> bool:
    match action:
        case Action.RETRY:
            made = services.retry_many([job], user)
            outcome.made += made
            return bool(made)
        case Action.DUPLICATE:
            outcome.made.append(services.duplicate(job, user, idempotency_key=uuid.uuid5(key, job.pk.hex)))
            return True
        case Action.DELETE:
            return services.delete(job, although_unsure=although_unsure)
        case Action.CANCEL:
            return services.cancel(job)
        case Action.GIVE_UP:
            return services.give_up(job)
        case Action.ASK_AGAIN:
            return services.ask_again(job)
        case _:
            raise ValueError(f"{action} is for one job")
