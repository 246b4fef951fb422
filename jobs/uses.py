"""Which jobs a file of the bucket is for: those that are made of it, and the one that TMP wrote it for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.models import Account
from jobs.models import Job
from jobs.paging import SEARCHED
from jobs.sources import OUTPUT_FOLDER

# States in which a file must stay where it is: TMP, or the portal, is yet to read it.
_NEEDING = (*Job.LIVE, Job.State.UNSURE)


@dataclass(frozen=True, kw_only=True)
class Uses:
    """Jobs of some files: `count` of those that were looked at, the `newest` of them, and `needing`, how many
    are yet to read one; `written_for` is the job into whose folder TMP wrote the first of the files."""

    count: int
    needing: int
    newest: list[Job]
    written_for: Job | None


def counts(account: Account, paths: Collection[str]) -> dict[str, int]:
    """By path, how many of the account's newest SEARCHED jobs are made of it; one query for all."""
    rows = _made_of(account, paths).order_by().values("source_path").annotate(number=Count("pk"))
    return {row["source_path"]: row["number"] for row in rows}


def uses(user: Any, account: Account, paths: Collection[str], *, limit: int) -> Uses:
    """What is known of the jobs of `paths`, looked up among the account's newest SEARCHED jobs; those that
    still need a file among all."""
    mine = Job.objects.for_user(user).filter(account=account)
    needing = mine.filter(state__in=_NEEDING, source_path__in=paths)
    made_of = _made_of(account, paths)
    return Uses(
        count=made_of.count(),
        needing=needing.count(),
        newest=list(made_of.for_board()[:limit]),
        written_for=_written_for(mine, next(iter(paths), "")),
    )


def _made_of(account: Account, paths: Collection[str]) -> Any:
    newest = Job.objects.filter(account=account).order_by("-created_at", "-id").values("pk")[:SEARCHED]
    return Job.objects.filter(pk__in=newest, source_path__in=paths)


def _written_for(mine: QuerySet[Job], path: str) -> Job | None:
    found = OUTPUT_FOLDER.search(path)
    return mine.for_board().filter(pk=UUID(found[1])).first() if found else None  # type: ignore[attr-defined]
