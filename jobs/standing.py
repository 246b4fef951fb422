"""What the dashboard says beside its list, read by one statement: numbers, news, and saved filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from jobs.models import Job, SavedFilter, Tally
from jobs.models.moments import as_moment, now_in_sql

# So much news is counted; more is only called more.
MOST_NEWS = 500
# What ends by a person's own decision is no news.
NEWS = (Job.State.COMPLETED, Job.State.ERROR, Job.State.GAVE_UP)


# Some rows of the statement, and the values in it.
Part = tuple[str, list[Any]]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How many jobs stand in each state; how many of them are news, and as of when; saved filters as (id,
    name, query)."""

    counts: dict[str, int] = field(default_factory=dict)
    news: dict[str, int] = field(default_factory=dict)
    as_of: datetime | None = None
    filters: Sequence[tuple[int, str, str]] = ()

    @property
    def finished(self) -> int:
        """How many jobs are news."""
        return sum(self.news.values())


def standing(
    accounts: Sequence[Any], *, counted: Sequence[Any] | None = None, since: datetime | None, person: Any
) -> Standing:
    """Of `accounts` (ids). Only jobs of those that are `counted` count; news is what ended after `since`,
    None for nothing. Filters are those of `person`, an id, None for nobody's."""
    parts = [
        *_states(accounts if counted is None else counted),
        *(_news(accounts, since) if since else ()),
        *(_filters(person) if person else ()),
    ]
    if not parts:
        return Standing()
    told: dict[str, dict[str, int]] = {"state": {}, "news": {}}
    filters, as_of = [], None
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(sql for sql, _ in parts), [value for _, values in parts for value in values]
        )
        for what, word, more, number in cursor.fetchall():
            if what == "filter":
                filters.append((number, word, more))
            elif what == "now":
                as_of = as_moment(datetime.fromisoformat(word))
            elif number:
                told[what][word] = number
    news = {state.value: told["news"][state] for state in NEWS if state in told["news"]}
    return Standing(counts=told["state"], news=news, as_of=as_of, filters=sorted(filters, key=_by_name))


def _states(accounts: Sequence[Any]) -> list[Part]:
    """As Tally.objects.counts(), which costs more to compose than to run."""
    if not accounts:
        return []
    among, keys = _among(accounts)
    sums = "SELECT 'state' AS what, state AS word, '' AS more, SUM(delta) AS number"
    return [(f"{sums} FROM {_table(Tally)} WHERE {among} GROUP BY state", keys)]


def _news(accounts: Sequence[Any], since: datetime) -> list[Part]:
    """No state is asked for: with one, another index than that of endings would look better than it is."""
    if not accounts:
        return []
    among, keys = _among(accounts)
    moment = Job._meta.get_field("ended_at").get_db_prep_value(since, connection)
    ended = f"SELECT state FROM {_table(Job)} WHERE {among} AND ended_at > %s LIMIT {MOST_NEWS}"  # noqa: S608  (names of our own, values are parameters)
    now = f"CAST({now_in_sql()} AS text)"
    return [
        (f"SELECT 'news', state, '', COUNT(*) FROM ({ended}) AS ended GROUP BY state", [*keys, moment]),  # noqa: S608  (names of our own, values are parameters)
        (f"SELECT 'now', {now}, '', 0", []),
    ]


def _filters(person: Any) -> list[Part]:
    return [(f"SELECT 'filter', name, query, id FROM {_table(SavedFilter)} WHERE user_id = %s", [person])]  # noqa: S608  (names of our own, values are parameters)


def _among(accounts: Sequence[Any]) -> Part:
    prepare = Job._meta.get_field("account").get_db_prep_value
    return f"account_id IN ({', '.join(['%s'] * len(accounts))})", [
        prepare(key, connection) for key in accounts
    ]


def _table(model: Any) -> str:
    return str(connection.ops.quote_name(model._meta.db_table))


def _by_name(saved: tuple[int, str, str]) -> tuple[str, int]:
    return saved[1].casefold(), saved[0]
