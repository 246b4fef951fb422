"""Pages of jobs, newest first, that cost the same wherever they are: each begins where another one ended."""

from __future__ import annotations

import re
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
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
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?(\+00)?", re.ASCII)


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
    """Which jobs: of `accounts` (ids), in `state` if given, with `text` in song, label or TMP id."""

    accounts: Sequence[uuid.UUID]
    state: str = ""
    text: str = ""


def page(wish: Wish, *, older: str = "", newer: str = "", length: int) -> Page:
    """The page that follows the cursor `older`, or lies before `newer`; the first for cursors without sense.

    A text is looked for in the newest SEARCHED jobs only. The jobs hold SHOWN and no account.
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
    beyond, place = "", []
    if cursor:
        beyond = f"(created_at, id) {side} (%s, %s)"
        place = [cursor.moment, Job._meta.get_field("id").get_db_prep_value(cursor.job_id, connection)]
    if wish.text:
        sql, values = _newest(wish, f"DESC LIMIT {SEARCHED}", "", [])
        found, patterns = _holds(wish.text)
        conditions = " AND ".join(filter(None, (found, beyond)))
        sql = f"SELECT * FROM ({sql}) AS newest WHERE {conditions} {_ordered(end)}"  # noqa: S608
        values += [*patterns, *place]
    else:
        sql, values = _newest(wish, end, beyond, place)
    return list(Job.objects.raw(sql, values))


def _newest(wish: Wish, end: str, beyond: str, place: list[Any]) -> tuple[str, list[Any]]:
    """Statement and values for jobs of all the accounts: as many of each, and of these as many again."""
    accounts = [Job._meta.get_field("account").get_db_prep_value(key, connection) for key in wish.accounts]
    if len(accounts) > MOST_APART:
        groups = [(f"account_id IN ({', '.join(['%s'] * len(accounts))})", accounts)]
    else:
        groups = [("account_id = %s", [account]) for account in accounts]
    columns = ", ".join((*SHOWN, "tmp_id", "CAST(created_at AS text) AS moment"))
    parts, values = [], []
    for belongs, keys in groups:
        conditions = " AND ".join(filter(None, (belongs, "state = %s" if wish.state else "", beyond)))
        parts.append(f"SELECT {columns} FROM jobs_job WHERE {conditions} {_ordered(end)}")  # noqa: S608
        values += [*keys, *([wish.state] if wish.state else []), *place]
    if len(parts) == 1:
        return parts[0], values
    # In brackets of their own: SQLite takes no LIMIT inside a UNION.
    union = " UNION ALL ".join(f"SELECT * FROM ({part}) AS part" for part in parts)  # noqa: S608
    return f"{union} {_ordered(end)}", values


def _ordered(end: str) -> str:
    direction = end.split()[0]
    return f"ORDER BY created_at {direction}, id {end}"


def _holds(text: str) -> tuple[str, list[str]]:
    """The condition that song, label or TMP id holds `text`, whatever its case."""
    like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
    pattern = f"%{connection.ops.prep_for_like_query(text)}%"
    columns = ("source_name", "label", "tmp_id")
    condition = " OR ".join(f"{column} {like} %s ESCAPE '\\'" for column in columns)
    return f"({condition})", [pattern] * len(columns)
