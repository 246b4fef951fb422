"""Takes due questions: to claim is to reschedule, so a claimer that dies costs one interval and no repair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count
from django.db.models.functions import Now

from jobs.models import Refresh
from jobs.models.bulk import rewrite
from jobs.models.moments import later_in_sql, now_in_sql

# Up to so much of the interval is cut off by chance: jobs that began together are not asked about together.
JITTER = 0.05


@dataclass(frozen=True, slots=True)
class Claim:
    """One question to ask, and what the last ones brought."""

    job_id: UUID
    account_id: UUID
    tmp_id: str
    number: int
    unanswered: int
    refused: int
    mark: str


def live_accounts() -> dict[UUID, int]:
    """How many jobs TMP has of each account."""
    rows = Refresh.objects.order_by().values("account").annotate(live=Count("pk"))
    return {row["account"]: row["live"] for row in rows}


def count_due(account_id: UUID) -> int:
    """How many questions are due for this account."""
    return Refresh.objects.filter(account=account_id, due_at__lte=Now()).count()


def claim(intervals: Mapping[UUID, float], *, most: int, early: bool = False) -> list[Claim]:
    """Take the longest due questions of these accounts, due again after their interval in seconds.

    `early` takes them though they are not due yet. Two claimers never get the same one: PostgreSQL skips
    rows that another has locked, and SQLite lets one write at a time.
    """
    if not intervals or most <= 0:
        return []
    table, now = Refresh._meta.db_table, now_in_sql()
    places = ", ".join(["(%s, %s)"] * len(intervals))
    is_due = "due_at IS NOT NULL" if early else f"due_at <= {now}"
    # SQLite has no locks of rows, and its random() is a 64-bit integer.
    lock, chance = (
        ("", "abs(random() / 9223372036854775808.0)")
        if connection.vendor == "sqlite"
        else (" FOR UPDATE SKIP LOCKED", "random()")
    )
    due_again = later_in_sql(f"seconds * (1 - {JITTER} * {chance})")
    sql = (
        f"WITH pace(account, seconds) AS (VALUES {places}), taken AS ("  # noqa: S608  (names of our own, values are parameters)
        f"SELECT job_id FROM {table} WHERE {is_due} AND account_id IN (SELECT account FROM pace) "
        f"ORDER BY due_at LIMIT %s{lock}) "
        f"UPDATE {table} AS old SET due_at = {due_again}, asked_at = {now}, asked = asked + 1 "
        "FROM pace WHERE account = account_id AND job_id IN (SELECT job_id FROM taken) "
        "RETURNING job_id, account_id, tmp_id, asked, unanswered, refused, mark"
    )
    given = [value for account, seconds in intervals.items() for value in (_fit(account), seconds)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*given, most])
        rows = cursor.fetchall()
    return [Claim(_uuid(row[0]), _uuid(row[1]), *row[2:]) for row in rows]


def put_off(rows: Sequence[tuple[UUID, float, int, int]]) -> None:
    """Ask again, after so many seconds, about jobs that brought nothing.

    A row is (job, seconds, unanswered, refused).
    """
    rewrite(
        Refresh,
        {"job": "uuid", "seconds": "float8", "unanswered": "int", "refused": "int"},
        [(_fit(job_id), *values) for job_id, *values in rows],
        sets=f"due_at = {later_in_sql('{seconds}')}, unanswered = {{unanswered}}, refused = {{refused}}",
        where="due_at IS NOT NULL",
    )


def remember(rows: Sequence[tuple[UUID, str]]) -> None:
    """Keep the marks of answers that were read: (job, mark). What was amiss before is over."""
    rewrite(
        Refresh,
        {"job": "uuid", "mark": "text"},
        [(_fit(job_id), mark) for job_id, mark in rows],
        sets="mark = {mark}, unanswered = 0, refused = 0",
    )


def _fit(key: UUID) -> Any:
    return Refresh._meta.pk.get_db_prep_value(key, connection)


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
