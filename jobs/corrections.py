"""The markers that stand for a job: the original, or what a person made of it. Everything reads them here."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.endpoints import Text
from jobs.capabilities.reading.facts import BEAT_FACTS, facts_of
from jobs.capabilities.reading.tempo import tempo_of
from jobs.capabilities.reading.times import LONGEST_SONG, MOST_MARKERS
from jobs.comparing import Changes, changes_between, ticks
from jobs.models import Correction, Job
from jobs.results import Marker, Result
from tencent.scrubbing import clean

ORIGINAL = 0
LONGEST_LABEL = 80
# What TMP says of the tempo stands while the beats still bear it out within this part.
_TEMPO_TOLERANCE = 0.02
_MOST_FAULTS = 5


class Stale(Exception):
    """Somebody saved a version meanwhile; `newest` is its row."""

    def __init__(self, newest: Correction) -> None:
        super().__init__(str(newest))
        self.newest = newest


def original(job: Job) -> Result:
    """What TMP's answer says."""
    return Result.from_json(job.result or {})


def current(job: Job) -> Result:
    """The result with the markers that stand now: what everything shows unless asked for another."""
    return currents([job])[job.pk]


def currents(jobs: Iterable[Job]) -> dict[UUID, Result]:
    """`current` of several jobs, in two queries."""
    results = {job.pk: original(job) for job in jobs}
    standing = Correction.objects.standing(results)
    wanted = [Q(job=pk, number=row.shown) for pk, row in standing.items() if row.shown != ORIGINAL]
    rows = Correction.objects.filter(reduce(or_, wanted)) if wanted else Correction.objects.none()
    return results | {row.job_id: _corrected(results[row.job_id], markers_of(row)) for row in rows}


def result_of(job: Job, number: int) -> Result:
    """The result as version `number` has it, 0 being the original. Raises Correction.DoesNotExist."""
    if number == ORIGINAL:
        return original(job)
    row = job.corrections.get(number=number)
    if row.returns_to is not None:
        return result_of(job, row.returns_to)
    return _corrected(original(job), markers_of(row))


def newest(job: Job) -> Correction | None:
    """The last step, without its markers; None where nobody corrected anything."""
    return Correction.objects.standing([job.pk]).get(job.pk)


def save(job: Job, by: Any, markers: Sequence[Marker], *, base: int, note: str = "") -> Correction:
    """Have `markers` stand as a new version. `base` is the newest step that the person knew, 0 without any.

    Raises ValidationError where they make no sense or nothing was changed, Stale where there is a newer step.
    """
    kept = checked(markers, longest=longest_of(job))
    head = _head(job, base)
    shown = head.shown if head else ORIGINAL
    changes = changes_between(result_of(job, shown).markers, kept)
    if not changes:
        raise ValidationError(_("Nothing was changed."))
    plain = [asdict(marker) for marker in kept]
    return _append(job, by, head, markers=plain, changes=changes, note=note)


def choose(job: Job, by: Any, number: int, *, base: int) -> Correction:
    """Have an earlier version stand again, 0 being the original; that is a step of its own.

    Raises Correction.DoesNotExist, Stale, and ValidationError where that version stands already.
    """
    head = _head(job, base)
    chosen = ORIGINAL if number == ORIGINAL else job.corrections.get(number=number).shown
    shown = head.shown if head else ORIGINAL
    if chosen == shown:
        raise ValidationError(_("This version is in use already."))
    changes = changes_between(result_of(job, shown).markers, result_of(job, chosen).markers)
    return _append(job, by, head, returns_to=chosen, changes=changes)


def markers_of(row: Correction) -> tuple[Marker, ...]:
    """The markers of a version; none of a return."""
    return Result.from_json({"markers": row.markers or ()}).markers


def digest(result: Result) -> str:
    """Tells two readings of one answer apart."""
    plain = json.dumps([asdict(marker) for marker in result.markers])
    return hashlib.sha256(plain.encode()).hexdigest()[:32]


def longest_of(job: Job) -> float:
    """The latest moment in seconds that a beat may have: TMP may have heard one a little behind the end."""
    if not job.source_seconds:
        return LONGEST_SONG
    return max([job.source_seconds, *(marker.time for marker in original(job).markers[-1:])])


def checked(markers: Sequence[Marker], *, longest: float) -> tuple[Marker, ...]:
    """The markers as they are kept. Raises ValidationError with a sentence for each of the first mistakes."""
    if not markers:
        raise ValidationError(_("A version needs at least one beat."))
    if len(markers) > MOST_MARKERS:
        raise ValidationError(
            _("A version holds at most %(most)s beats; these are %(count)s."),
            params={"most": MOST_MARKERS, "count": len(markers)},
        )
    faults: list[ValidationError] = []
    before = -1
    for number, marker in enumerate(markers, start=1):
        sentence = _fault(marker, before, longest)
        if sentence and len(faults) < _MOST_FAULTS:
            named = {
                "number": number,
                "time": f"{marker.time:g}",
                "end": f"{longest:.3f}",
                "most": LONGEST_LABEL,
            }
            faults.append(ValidationError(sentence, params=named))
        before = ticks(marker.time) if math.isfinite(marker.time) else before
    if faults:
        raise ValidationError(faults)
    return tuple(replace(each, time=round(each.time, 6), label=clean(each.label).strip()) for each in markers)


def _fault(marker: Marker, before: int, longest: float) -> Text | None:
    """What is wrong with a marker that follows one at `before`, in ticks."""
    if not math.isfinite(marker.time) or not 0 <= ticks(marker.time) <= ticks(longest):
        return _("Beat %(number)s, at %(time)s s, is outside of the song, which ends at %(end)s s.")
    if ticks(marker.time) <= before:
        return _("Beat %(number)s, at %(time)s s, does not come after the one before it.")
    if len(marker.label) > LONGEST_LABEL:
        return _("The label of beat %(number)s is longer than %(most)s characters.")
    if marker.strength is not None and not 0 <= marker.strength <= 1:
        return _("The strength of beat %(number)s is not between 0 and 1.")
    return None


def _head(job: Job, base: int) -> Correction | None:
    head = newest(job)
    if base > (head.number if head else ORIGINAL):
        raise ValidationError(_("This job has no version %(number)s."), params={"number": base})
    if head and head.number != base:
        raise Stale(head)
    return head


def _append(job: Job, by: Any, head: Correction | None, *, changes: Changes, **fields: Any) -> Correction:
    """One step more; its number is what two people at the same time cannot both have."""
    try:
        with transaction.atomic():
            return Correction.objects.create(
                job=job,
                number=head.number + 1 if head else 1,
                author=by,
                author_name=by.get_username(),
                base=head.shown if head else ORIGINAL,
                changes=changes.to_json(),
                original=digest(original(job)),
                **fields,
            )
    except IntegrityError:
        now = newest(job)
        if now is None:
            raise
        raise Stale(now) from None


def _corrected(result: Result, markers: tuple[Marker, ...]) -> Result:
    """The result with other markers, and the numbers that follow from them."""
    others = tuple(fact for fact in result.facts if fact.key not in BEAT_FACTS)
    note = "" if result.note == "no_times" else result.note
    facts = (*facts_of(markers, _tempo(result.tempo, markers)), *others)
    return replace(result, markers=markers, facts=facts, note=note)


def _tempo(told: float | None, markers: tuple[Marker, ...]) -> float | None:
    seen = tempo_of(markers)
    return told if told and seen and abs(seen / told - 1) <= _TEMPO_TOLERANCE else seen
