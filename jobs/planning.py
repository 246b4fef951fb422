"""What a person looks at before many songs, a retry or a first real job is sent: calls, limits, money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account
from jobs import batches, costs, limits, services
from jobs.costs import Estimate
from jobs.engine.pacing import Caps
from jobs.limits import Standing
from jobs.models import Batch, Job, Plan, Tally
from jobs.sources import sources_of


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What sending comes to: an estimate, and `remarks` on what the account's limits make of it."""

    estimate: Estimate
    remarks: list[str]


def needs_look(account: Account, *, songs: int, is_odd: bool = False) -> bool:
    """Whether a person should see what will be sent first: many songs, something odd about them, or the
    account's first job at a real service."""
    if songs > 1 or is_odd:
        return True
    own = Job.objects.filter(account=account).exclude(source_kind=Job.SourceKind.ADOPTED)
    return not account.is_sandbox and not own.exists()


def keep(**fields: Any) -> Plan:
    """See PlanManager.keep()."""
    return Plan.objects.keep(**fields)


def send(plan: Plan, user: Any, *, as_audio: bool = False) -> tuple[Job, Batch | None]:
    """Make the job of a plan, or the batch and one of its jobs, which the caller enqueues; the plan goes.

    With `as_audio` the sound is sent of what TMP may not read as it is. Twice makes one. Raises as
    services.create.
    """
    shared: dict[str, Any] = {
        "user": user,
        "account": plan.account,
        "capability": plan.capability,
        "idempotency_key": plan.key,
        **plan.wish,
    }
    sources = sources_of(
        plan.account,
        plan.places,
        copied=plan.copied,
        as_audio=[*plan.odd, *plan.unseen, *plan.copied] if as_audio else (),
    )
    if len(sources) == 1:
        job, batch = services.create(source=sources[0], **shared), None
    else:
        batch = batches.create(sources=sources, **shared)
        job = Job.objects.filter(batch=batch).earliest("position")
    Plan.objects.filter(pk=plan.pk).delete()
    return job, batch


def outlook(account: Account, capability: str, lengths: Sequence[float | None]) -> Outlook:
    """What sending songs of these lengths (in seconds, None where unknown) comes to."""
    now = limits.standing(account)
    return Outlook(
        estimate=costs.estimate(account, capability, lengths),
        remarks=[*_pace(now.caps), *_today(account, now, len(lengths))],
    )


def _pace(caps: Caps) -> list[str]:
    told = []
    if caps.per_second:
        told.append(
            _("The account makes at most %(number)s calls a second.") % {"number": f"{caps.per_second:g}"}
        )
    if caps.in_flight:
        told.append(
            ngettext(
                "At most %(number)s job is at TMP at once; the others wait in the queue.",
                "At most %(number)s jobs are at TMP at once; the others wait in the queue.",
                caps.in_flight,
            )
            % {"number": caps.in_flight}
        )
    return told


def _today(account: Account, now: Standing, songs: int) -> list[str]:
    if not now.caps.per_day:
        return []
    counts = Tally.objects.counts([account.pk])
    waiting = sum(counts.get(state, 0) for state in Job.WAITING)
    room = max(0, now.caps.per_day - now.used - waiting)
    if room >= songs:
        return [_("Today %(room)s more jobs may be sent, so there is room for these.") % {"room": room}]
    if not room:
        return [_("No more jobs may be sent today; these wait for tomorrow.")]
    return [
        ngettext(
            "Today %(room)s more job may be sent; the rest waits for tomorrow.",
            "Today %(room)s more jobs may be sent; the rest waits for tomorrow.",
            room,
        )
        % {"room": room}
    ]
