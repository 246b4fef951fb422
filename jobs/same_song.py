"""Other jobs of the same song: to go to, and to show what they found beside what this one found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from jobs import corrections
from jobs.models import Job, JobQuerySet
from jobs.paging import SEARCHED
from jobs.results import Marker, Region, Result

MOST_SHOWN = 6
# So many finished jobs are looked into for what this one lacks.
MOST_OPENED = 8


@dataclass(frozen=True, kw_only=True)
class Lent:
    """What `job` found of the same song and the job on the page did not: its markers with their tempo (BPM),
    or its regions."""

    job: Job
    markers: tuple[Marker, ...] = ()
    tempo: float | None = None
    regions: tuple[Region, ...] = ()


def others(user: Any, job: Job) -> list[Job]:
    """The newest other jobs of the song, without their results; of the same account, as paths mean nothing
    elsewhere."""
    return list(_of_song(user, job).for_board()[:MOST_SHOWN])


def lent(user: Any, job: Job, result: Result) -> list[Lent]:
    """Markers for a result that has none, and regions for one that has none, each from the newest finished
    job of the same song that has some."""
    if not result.markers and not result.regions:
        return []
    found: dict[str, Lent] = {}
    finished = _of_song(user, job).filter(state=Job.State.COMPLETED, result__isnull=False)
    opened = list(finished.exclude(capability=job.capability).defer("raw_answer")[:MOST_OPENED])
    results = corrections.currents(opened)
    for other in opened:
        theirs = results[other.pk]
        if not result.markers and theirs.markers:
            found.setdefault("markers", Lent(job=other, markers=theirs.markers, tempo=theirs.tempo))
        if not result.regions and theirs.regions:
            found.setdefault("regions", Lent(job=other, regions=theirs.regions))
        if len(found) == 2 or (found and (result.markers or result.regions)):
            break
    return list(found.values())


def completed(result: Result, lent_to_it: list[Lent]) -> Result:
    """`result` with the markers and regions that were lent to it."""
    for each in lent_to_it:
        result = replace(
            result, markers=result.markers or each.markers, regions=result.regions or each.regions
        )
    return result


def tempo_with(lent_to_it: list[Lent]) -> float | None:
    """The tempo (BPM) that came with the lent markers."""
    return next((each.tempo for each in lent_to_it if each.tempo), None)


def _of_song(user: Any, job: Job) -> JobQuerySet:
    """Newest first, of the account's newest SEARCHED; nothing where the portal does not know the song."""
    newest = Job.objects.filter(account=job.account_id).order_by("-created_at", "-id").values("pk")[:SEARCHED]
    jobs = Job.objects.for_user(user).filter(pk__in=newest).exclude(pk=job.pk)
    if not job.has_source:
        return jobs.none()
    return jobs.filter(source_path=job.source_path, source_url=job.source_url).order_by("-created_at", "-id")
