"""Pages of jobs, newest first, that cost the same wherever they are: each begins where another one ended."""

from __future__ import annotations

import re
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from jobs.models import Job

# A search reads rows one by one, so it has an end.
SEARCHED = 20_000
# Each account is read by its own index; SQLite takes 500 parts of a statement.
MOST_APART = 400
SHOWN = (
    "id",
    "account_id",
    "batch_id",
    "position",
    "source_name",
    "capability",
    "label",
    "state",
    "failed_in",
    "error_kind",
    "created_at",
    "ended_at",
)
# Enough of TMP's words for a line.
_COLUMNS = ", ".join(
    (*SHOWN, "tmp_id", "SUBSTR(error_words, 1, 200) AS error_words", "CAST(created_at AS text) AS moment")
)
_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(-\d+)?$", re.ASCII | re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?(\+00)?", re.ASCII)


Terms = list[tuple[str, list[Any]]]


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The place of one job: `moment` is its creation as the database writes it, to the last digit."""

    moment: str
    job_id: uuid.UUID

    def __str__(self) -> str:
        return urlsafe_b64encode(f"{self.moment} {self.job_id.hex}".encode()).decode()

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The place that `text` names; None for anything that is not str(cursor)."""
        try:
            moment, _, job_id = urlsafe_b64decode(text.encode()).decode().rpartition(" ")
            datetime.fromisoformat(moment)
            return cls(moment=moment, job_id=uuid.UUID(job_id)) if _MOMENT.fullmatch(moment) else None
        except ValueError:
            return None


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some jobs, newest first, and the cursors of the pages beside it, "" where there is none."""

    jobs: Sequence[Job]
    older: str = ""
    newer: str = ""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which jobs: of `accounts` (ids), in one of `states` if any, created and ended in the time named, of one
    capability, failed because of `error_kind`, with `text` in song, label or TMP id.

    A text that is the whole id of a job, as TMP or the portal has it, or of a batch, finds it wherever it is.
    """

    accounts: Sequence[uuid.UUID]
    states: Sequence[str] = ()
    text: str = ""
    capability: str = ""
    error_kind: str = ""
    created_from: datetime | None = None
    created_before: datetime | None = None
    ended_after: datetime | None = None

    @property
    def is_searched(self) -> bool:
        """Whether rows are read one by one, since no index leads to the jobs."""
        return bool(self.text or self.capability or self.error_kind or self.ended_after)


def page(wish: Wish, *, older: str = "", newer: str = "", length: int) -> Page:
    """The page that follows the cursor `older`, or lies before `newer`; the first for cursors without sense.

    What is searched is looked for in the newest SEARCHED jobs only. The jobs hold SHOWN and no account.
    """
    if cursor := Cursor.read(newer):
        found = _read(wish, f"ASC LIMIT {length + 1}", ">", cursor)
        if len(found) > length:
            shown = found[length - 1 :: -1]
            return Page(jobs=shown, older=_place(shown[-1]), newer=_place(shown[0]))
    elif cursor := Cursor.read(older):
        found = _read(wish, f"DESC LIMIT {length + 1}", "<", cursor)
        if found:
            return Page(jobs=found[:length], older=_older(found, length), newer=_place(found[0]))
    found = _read(wish, f"DESC LIMIT {length + 1}")
    return Page(jobs=found[:length], older=_older(found, length))


def _older(found: list[Job], length: int) -> str:
    return _place(found[length - 1]) if len(found) > length else ""


def _place(job: Any) -> str:
    return str(Cursor(moment=job.moment, job_id=job.pk))


def _read(wish: Wish, end: str, side: str = "", cursor: Cursor | None = None) -> list[Job]:
    """Jobs in the order and number that `end` says, on one `side` of the cursor."""
    if not wish.accounts:
        return []
    beyond: Terms = []
    if cursor:
        key = _fit("id", cursor.job_id)
        beyond = [(f"(created_at, id) {side} (%s, %s)", [cursor.moment, key])]
    if wish.is_searched:
        sql, values = _searched(wish)
        where, more = _all([*_row_terms(wish), *beyond])
        sql, values = f"SELECT * FROM ({sql}) AS found {where} {_ordered(end)}", values + more  # noqa: S608  (names of our own, values are parameters)
    else:
        sql, values = _newest(wish, _ordered(end), [*_created(wish), *beyond])
    return list(Job.objects.raw(sql, values))


def _searched(wish: Wish) -> tuple[str, list[Any]]:
    """Statement and values for the newest SEARCHED jobs that hold the text, and for the one that it names."""
    if wish.ended_after:
        # No state here: its index would look better than that of endings, and be read to its end.
        ended = [("ended_at > %s", [_fit("ended_at", wish.ended_after)])]
        sql, values = _newest(replace(wish, states=()), f"ORDER BY ended_at DESC LIMIT {SEARCHED}", ended)
    else:
        sql, values = _newest(wish, _ordered(f"DESC LIMIT {SEARCHED}"), _created(wish))
    if not wish.text:
        return sql, values
    holds, patterns = _holds(wish.text)
    sql = f"SELECT * FROM ({sql}) AS newest WHERE {holds}"  # noqa: S608  (names of our own, values are parameters)
    of_these = _one_of("account_id", wish.accounts, "account")
    for term in _named(wish.text):
        where, more = _all([of_these, term])
        sql += f" UNION SELECT {_COLUMNS} FROM jobs_job {where}"  # noqa: S608  (names of our own, values are parameters)
        patterns = patterns + more
    return sql, values + patterns


def _newest(wish: Wish, order: str, terms: Terms) -> tuple[str, list[Any]]:
    """Statement and values for jobs of all the accounts: as many of each, and of these as many again."""
    if len(wish.accounts) * max(len(wish.states), 1) > MOST_APART:
        groups = [[_one_of("account_id", wish.accounts, "account"), *_state_terms(wish)]]
    else:
        groups = [
            [_one_of("account_id", [account], "account"), *state]
            for account in wish.accounts
            for state in ([[_one_of("state", [each], "state")] for each in wish.states] or [[]])
        ]
    parts, values = [], []
    for group in groups:
        where, more = _all([*group, *terms])
        parts.append(f"SELECT {_COLUMNS} FROM jobs_job {where} {order}")  # noqa: S608  (names of our own, values are parameters)
        values += more
    if len(parts) == 1:
        return parts[0], values
    # In brackets of their own: SQLite takes no LIMIT inside a UNION.
    union = " UNION ALL ".join(f"SELECT * FROM ({part}) AS part" for part in parts)  # noqa: S608  (names of our own, values are parameters)
    return f"{union} {order}", values


def _row_terms(wish: Wish) -> Terms:
    """All that a job must be, whatever found it."""
    terms = [*_state_terms(wish), *_created(wish)]
    if wish.capability:
        terms.append(("capability = %s", [wish.capability]))
    if wish.error_kind:
        terms.append(("error_kind = %s", [wish.error_kind]))
    if wish.ended_after:
        terms.append(("ended_at > %s", [_fit("ended_at", wish.ended_after)]))
    return terms


def _state_terms(wish: Wish) -> Terms:
    return [_one_of("state", wish.states, "state")] if wish.states else []


def _created(wish: Wish) -> Terms:
    asked = ((">=", wish.created_from), ("<", wish.created_before))
    return [(f"created_at {sign} %s", [_fit("created_at", at)]) for sign, at in asked if at]


def _one_of(column: str, values: Sequence[Any], field: str) -> tuple[str, list[Any]]:
    """One value is told apart from several: SQLite reads rows in the order of an index only for one."""
    ready = [_fit(field, value) for value in values]
    if len(ready) == 1:
        return f"{column} = %s", ready
    return f"{column} IN ({', '.join(['%s'] * len(ready))})", ready


def _all(terms: Terms) -> tuple[str, list[Any]]:
    where = " AND ".join(sql for sql, _ in terms)
    return f"WHERE {where}" if where else "", [value for _, values in terms for value in values]


def _fit(field: str, value: Any) -> Any:
    column: Any = Job._meta.get_field(field)
    return column.get_db_prep_value(value, connection)


def _ordered(end: str) -> str:
    direction = end.split()[0]
    return f"ORDER BY created_at {direction}, id {end}"


def _holds(text: str) -> tuple[str, list[str]]:
    """The condition that song, label or TMP id holds `text`, whatever its case; a batch lends its jobs its
    label."""
    like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
    pattern = f"%{connection.ops.prep_for_like_query(text)}%"
    columns = ("source_name", "label", "tmp_id")
    condition = " OR ".join(f"{column} {like} %s ESCAPE '\\'" for column in columns)
    return f"({condition})", [pattern] * len(columns)


def _named(text: str) -> Terms:
    """Conditions with an index of their own, for a text that is a whole id; a custom id begins with one."""
    terms: Terms = [("tmp_id = %s", [text])]
    if found := _ID.match(text):
        key = _fit("id", uuid.UUID(found[1]))
        terms += [("id = %s", [key]), ("batch_id = %s", [key])]
    return terms
