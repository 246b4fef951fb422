"""Many jobs at once: how they come to be, change their state and go, with the same books as Job.move()."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from jobs.models.bulk import insert, insert_alike, rewrite
from jobs.models.job import Job, JobEvent
from jobs.models.moments import in_seconds, now_in_sql
from jobs.models.preparation import Preparation
from jobs.models.refresh import Refresh
from jobs.models.tally import Tally
from jobs.models.telling import tell


@dataclass(frozen=True, kw_only=True)
class Move:
    """One change of state, as of Job.move(); `values` are plain, no expressions of the database.
    `tmp_request_id` is TMP's id of the call that told of it, for the log."""

    job_id: UUID
    account_id: UUID
    from_: str
    to: str
    note: str = ""
    detail: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)
    tmp_request_id: str = ""


@transaction.atomic
def enter(jobs: Sequence[Job], *, note: str, preparations: Sequence[Preparation] = ()) -> None:
    """Save new jobs with the first line of their history and what is to be done to their songs first, and
    count them. Raises IntegrityError."""
    insert(jobs)
    insert(preparations)
    insert([JobEvent(job_id=job.pk, to_state=job.state, note=note) for job in jobs])
    Refresh.objects.bulk_create(
        [
            Refresh(job_id=job.pk, account_id=job.account_id, tmp_id=job.tmp_id, due_at=in_seconds(0))
            for job in jobs
            if job.state in Job.REFRESHED
        ]
    )
    Tally.objects.moved((job.account_id, "", job.state) for job in jobs)


@transaction.atomic
def enter_alike(
    pattern: Job,
    own: Mapping[str, Sequence[Any]],
    *,
    note: str,
    preparations: Sequence[Preparation] = (),
) -> None:
    """As enter, for jobs like `pattern` but for the fields (by attname) in `own`: among them `id`, and
    `state`, which says of none that TMP has it."""
    insert_alike(pattern, own)
    insert(preparations)
    # To make a thousand objects takes longer than to save their values.
    insert_alike(JobEvent(note=note), {"job_id": own["id"], "to_state": own["state"]})
    Tally.objects.add(
        {(pattern.account_id, state): number for state, number in Counter(own["state"]).items()}
    )


@transaction.atomic
def move_many(moves: Iterable[Move]) -> set[UUID]:
    """Make those moves whose job still is in `from_`; says which of them won. Of several moves of one job
    the last counts.

    It takes no lease and begins no questions. Jobs that TMP has are taken to have been asked about just now.
    """
    moves = list({move.job_id: move for move in moves}.values())
    if any(move.from_ in Job.FINAL for move in moves):
        raise ValueError("Nothing leaves a final state.")
    won = {job_id for names, group in _alike(moves) for job_id in _update(names, group)}
    made = [move for move in moves if move.job_id in won]
    events = [
        JobEvent(
            job_id=move.job_id, from_state=move.from_, to_state=move.to, note=move.note, detail=move.detail
        )
        for move in made
    ]
    insert(events)
    Tally.objects.moved((move.account_id, move.from_, move.to) for move in made)
    for move in made:
        tell(move.job_id, move.account_id, move.from_, move.to, move.note, move.tmp_request_id)
    left = [move.job_id for move in made if move.to not in Job.REFRESHED]
    if left:
        Refresh.objects.filter(job__in=left).delete()
    return won


@transaction.atomic
def remove(jobs: models.QuerySet[Job]) -> int:
    """Delete jobs with all that belongs to them; says how many."""
    gone = list(jobs.select_for_update(of=("self",)).values_list("pk", "account", "state"))
    Job.objects.filter(pk__in=[pk for pk, _, _ in gone]).delete()
    Tally.objects.moved((account, state, "") for _, account, state in gone)
    return len(gone)


def _alike(moves: list[Move]) -> Iterator[tuple[tuple[str, ...], list[Move]]]:
    """The moves that set the same fields, together."""

    def fields_of(move: Move) -> tuple[str, ...]:
        return tuple(sorted(move.values))

    for names, group in groupby(sorted(moves, key=fields_of), key=fields_of):
        yield names, list(group)


def _update(names: tuple[str, ...], moves: list[Move]) -> list[UUID]:
    """Says which jobs were changed."""
    fields: list[Any] = [Job._meta.get_field(name) for name in names]
    pk = Job._meta.pk
    rows = [
        (
            _fit(pk, move.job_id),
            move.from_,
            move.to,
            *(_fit(each, move.values[name]) for each, name in zip(fields, names, strict=True)),
        )
        for move in moves
    ]
    kinds = {"job": "uuid", "from_state": "text", "to_state": "text"}
    kinds |= {each.name: each.db_type(connection).split("(")[0] for each in fields}
    own = [f"{each.column} = {{{each.name}}}" for each in fields]
    changed = rewrite(Job, kinds, rows, sets=", ".join([*_always(), *own]), where="state = {from_state}")
    return [pk.to_python(key) for key in changed]


def _always() -> tuple[str, ...]:
    """What a move sets beside its values. A lease that has run out: whoever comes first may collect."""
    ending = ", ".join(f"'{state}'" for state in (*Job.FINAL, Job.State.GAVE_UP))
    asked = ", ".join(f"'{state}'" for state in Job.REFRESHED)
    now = now_in_sql()
    return (
        "state = {to_state}",
        f"lease_until = CASE WHEN {{to_state}} = 'COLLECTING' THEN {now} END",
        f"ended_at = CASE WHEN {{to_state}} IN ({ending}) THEN {now} ELSE ended_at END",
        f"changed_at = {now}",
        f"refreshed_at = CASE WHEN state IN ({asked}) THEN {now} ELSE refreshed_at END",
    )


def _fit(field_: Any, value: Any) -> Any:
    return field_.get_db_prep_save(value, connection)
