"""Takes due questions: to claim is to reschedule, so a claimer that dies costs one interval and no repair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.db import connection
from django.db.models import Count
from django.db.models.functions import Now

from jobs.models import Refresh

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
    say, table = _DIALECT[connection.vendor], Refresh._meta.db_table
    places = ", ".join(["(%s, %s)"] * len(intervals))
    is_due = "due_at IS NOT NULL" if early else f"due_at <= {say.now}"
    sql = (
        f"WITH pace(account, seconds) AS (VALUES {places}), taken AS ("  # noqa: S608
        f"SELECT job_id FROM {table} WHERE {is_due} AND account_id IN (SELECT account FROM pace) "
        f"ORDER BY due_at LIMIT %s{say.lock}) "
        f"UPDATE {table} AS old SET due_at = {say.later('seconds')}, asked_at = {say.now}, asked = asked + 1 "
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
    if not rows:
        return
    table = Refresh._meta.db_table
    if connection.vendor == "postgresql":
        sql = (
            f"UPDATE {table} AS old SET due_at = {_DIALECT['postgresql'].exactly('s')}, "  # noqa: S608
            "unanswered = u, refused = r "
            "FROM unnest(%s::uuid[], %s::float8[], %s::int[], %s::int[]) AS new(id, s, u, r) "
            "WHERE old.job_id = new.id AND old.due_at IS NOT NULL"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
        return
    sql = (
        f"UPDATE {table} SET due_at = {_DIALECT['sqlite'].exactly('%s')}, unanswered = %s, refused = %s "  # noqa: S608
        "WHERE job_id = %s AND due_at IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(s, u, r, _fit(job_id)) for job_id, s, u, r in rows])


def remember(rows: Sequence[tuple[UUID, str]]) -> None:
    """Keep the marks of answers that were read: (job, mark). What was amiss before is over."""
    if not rows:
        return
    table = Refresh._meta.db_table
    if connection.vendor == "postgresql":
        sql = (
            f"UPDATE {table} AS old SET mark = m, unanswered = 0, refused = 0 "  # noqa: S608
            "FROM unnest(%s::uuid[], %s::text[]) AS new(id, m) WHERE old.job_id = new.id"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
        return
    sql = f"UPDATE {table} SET mark = %s, unanswered = 0, refused = 0 WHERE job_id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(mark, _fit(job_id)) for job_id, mark in rows])


class _Dialect(Protocol):
    now: str
    lock: str

    def exactly(self, seconds: str) -> str: ...
    def later(self, seconds: str) -> str: ...


class _PostgreSQL:
    # As Django's Now(); now() would be the moment when the transaction began.
    now = "statement_timestamp()"
    lock = " FOR UPDATE SKIP LOCKED"

    def exactly(self, seconds: str) -> str:
        return f"{self.now} + make_interval(secs => {seconds})"

    def later(self, seconds: str) -> str:
        return self.exactly(f"{seconds} * (1 - {JITTER} * random())")


class _SQLite:
    # Moments as Django writes them there.
    now = "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"
    lock = ""

    def exactly(self, seconds: str) -> str:
        return f"STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', ({seconds}) || ' seconds')"

    def later(self, seconds: str) -> str:
        return self.exactly(f"{seconds} * (1 - {JITTER} * abs(random() / 9223372036854775808.0))")


# How a database says now, and later; `later` with a part of the seconds cut off by chance.
_DIALECT: dict[str, _Dialect] = {"postgresql": _PostgreSQL(), "sqlite": _SQLite()}


def _fit(key: UUID) -> Any:
    return Refresh._meta.pk.get_db_prep_value(key, connection)


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
