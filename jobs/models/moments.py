"""Moments by the database's clock, since workers' own clocks may differ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now

# On SQLite as Django writes moments there.
_SQLITE = "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW'{})"
# As Django's Now(); PostgreSQL's now() would be the moment when the transaction began.
_POSTGRESQL = "statement_timestamp()"


def in_seconds(seconds: float) -> Any:
    """So many seconds from now, for queries and updates."""
    return Now() + timedelta(seconds=seconds)


def now_in_sql() -> str:
    """Now, in the words of the database at hand, with its per cent signs doubled for parameters."""
    return _SQLITE.format("") if connection.vendor == "sqlite" else _POSTGRESQL


def later_in_sql(seconds: str) -> str:
    """So many seconds from now; `seconds` is an expression of SQL."""
    if connection.vendor == "sqlite":
        return _SQLITE.format(f", ({seconds}) || ' seconds'")
    return f"{_POSTGRESQL} + make_interval(secs => {seconds})"


def as_moment(told: Any) -> datetime | None:
    """A moment that a statement of our own brought: SQLite tells it as text, in UTC."""
    moment: datetime | None = datetime.fromisoformat(told) if isinstance(told, str) else told
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
