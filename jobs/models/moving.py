"""Many jobs at once: how they come to be, change their state and go, with the same books as Job.move()."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from jobs.models.inserting import insert
from jobs.models.job import Job, JobEvent
from jobs.models.moments import in_seconds
from jobs.models.refresh import Refresh
from jobs.models.tally import Tally


@dataclass(frozen=True, kw_only=True)
class Move:
    """One change of state, as of Job.move(); `values` are plain, no expressions of the database."""

    job_id: UUID
    account_id: UUID
    from_: str
    to: str
    note: str = ""
    detail: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def enter(jobs: Sequence[Job], *, note: str) -> None:
    """Save new jobs with the first line of their history, and count them. Raises IntegrityError."""
    insert(jobs)
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
    """One statement for all of them where the database can; says which jobs it changed."""
    fields: list[Any] = [Job._meta.get_field(name) for name in names]
    rows = [
        (
            move.job_id,
            move.from_,
            move.to,
            *(_fit(each, move.values[name]) for each, name in zip(fields, names, strict=True)),
        )
        for move in moves
    ]
    columns = [each.column for each in fields]
    return _by_arrays(columns, fields, rows) if connection.vendor == "postgresql" else _by_rows(columns, rows)


def _by_arrays(columns: list[str], fields: list[Any], rows: list[tuple[Any, ...]]) -> list[UUID]:
    # Quicker than a statement a row by two orders of magnitude (performance.md).
    types = ["uuid", "text", "text", *(each.db_type(connection) for each in fields)]
    places = ", ".join(f"%s::{kind.split('(')[0]}[]" for kind in types)
    names = ", ".join(f"v{number}" for number in range(len(types)))
    sets = _sets(
        "v2",
        "statement_timestamp()",
        [f"{column} = v{number}" for number, column in enumerate(columns, start=3)],
    )
    sql = (
        f"UPDATE jobs_job AS job SET {sets} FROM unnest({places}) AS new({names}) "  # noqa: S608
        "WHERE job.id = v0 AND job.state = v1 RETURNING job.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
        return [row[0] for row in cursor.fetchall()]


def _by_rows(columns: list[str], rows: list[tuple[Any, ...]]) -> list[UUID]:
    # As Django writes Now() on SQLite.
    now = "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"
    sets = _sets("%s", now, [f"{column} = %s" for column in columns])
    sql = f"UPDATE jobs_job SET {sets} WHERE id = %s AND state = %s"  # noqa: S608
    won = []
    with connection.cursor() as cursor:
        for job_id, from_, to, *values in rows:
            cursor.execute(sql, [to, to, to, *values, _fit(Job._meta.pk, job_id), from_])
            if cursor.rowcount == 1:
                won.append(job_id)
    return won


def _sets(to: str, now: str, columns: list[str]) -> str:
    """What a move sets beside its values. A lease that has run out: whoever comes first may collect."""
    ending = ", ".join(f"'{state}'" for state in (*Job.FINAL, Job.State.GAVE_UP))
    asked = ", ".join(f"'{state}'" for state in Job.REFRESHED)
    fixed = (
        f"state = {to}",
        f"lease_until = CASE WHEN {to} = 'COLLECTING' THEN {now} END",
        f"ended_at = CASE WHEN {to} IN ({ending}) THEN {now} ELSE ended_at END",
        f"changed_at = {now}",
        f"refreshed_at = CASE WHEN state IN ({asked}) THEN {now} ELSE refreshed_at END",
    )
    return ", ".join((*fixed, *columns))


def _fit(field_: Any, value: Any) -> Any:
    return field_.get_db_prep_save(value, connection)
