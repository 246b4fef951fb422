"""What comes of pointing at the times of an answer: the account remembers it, old results are read by it."""

from __future__ import annotations

import logging
import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.auditing import note
from accounts.models import Account, AuditEntry
from jobs.capabilities.reading.pointing import EACH, NAMES
from jobs.engine import looking
from jobs.engine.collecting import read_again
from jobs.models import Job, Signpost, in_seconds, spot_of

log = logging.getLogger(__name__)
Deed = AuditEntry.Deed

# Old results are read for so long in one go.
SPREAD_SECONDS = 20.0


def point(job: Job, user: Any, *, source: str, path: list[str], unit: str, rate: float | None) -> Signpost:
    """Have the answers of the job's account and capability read there from now on, this one at once.

    The caller has old ones read (tasks.spread_soon). Raises ValidationError where the job's own answer holds
    no times there.
    """
    if looking.result_at(job, spot_of(source, path, unit, rate)) is None:
        raise ValidationError(_("There are no times of this song: choose another member or another unit."))
    fields = {"source": source, "path": path, "unit": unit, "rate": rate, "pointed_by": user}
    with transaction.atomic():
        signpost = _changed(job.account, job.capability, is_removed=False, **fields)
        spot = f"{label_of(source, path)}, {_unit_in_words(unit, rate)}"
        note(Deed.POINTED, account=job.account, user=user, capability=job.capability, spot=spot)
    read_again(job)
    return signpost


def remove(job: Job, user: Any) -> Signpost | None:
    """Have those answers read as before anybody pointed; None where nobody did."""
    if Signpost.objects.of(job.account, job.capability) is None:
        return None
    with transaction.atomic():
        signpost = _changed(job.account, job.capability, is_removed=True)
        note(Deed.UNPOINTED, account=job.account, user=user, capability=job.capability)
    read_again(job)
    return signpost


def spread(signpost_id: Any) -> None:
    """Read old results by the signpost for a while, unless somebody is at it already."""
    rows = Signpost.objects.unspread().filter(pk=signpost_id)
    if not rows.update(lease_until=in_seconds(settings.LEASE_SECONDS)):
        return
    signpost = Signpost.objects.get(pk=signpost_id)
    mine = Signpost.objects.filter(pk=signpost.pk, version=signpost.version)
    until = time.monotonic() + SPREAD_SECONDS
    for job_id in old_ids(signpost):
        _read(job_id)
        is_over = time.monotonic() > until
        lease = None if is_over else in_seconds(settings.LEASE_SECONDS)
        if not mine.update(cursor=job_id, lease_until=lease) or is_over:
            return
    mine.update(is_spread=True, lease_until=None)


def old_ids(signpost: Signpost) -> list[UUID]:
    """Results after the cursor that the signpost may change: without times, or read by one before."""
    rows = Job.objects.filter(
        Q(result__note="no_times") | Q(result__is_pointed=True),
        account=signpost.account_id,
        capability=signpost.capability,
        state=Job.State.COMPLETED,
    )
    if signpost.cursor:
        rows = rows.filter(pk__gt=signpost.cursor)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def label_of(source: str, path: list[str] | tuple[str, ...]) -> str:
    """The place as people write it: `beatFileName: data.points[].pos`."""
    steps = {EACH: "[]", NAMES: "{}"}
    words = "".join(steps.get(step, f"[{step[1:]}]" if step.startswith("#") else step) for step in path)
    return f"{source}: {words.lstrip('.')}" if source else words.lstrip(".")


def _unit_in_words(unit: str, rate: float | None) -> str:
    return f"{unit} {rate:g}" if rate else unit


def _changed(account: Account, capability: str, **fields: Any) -> Signpost:
    """The account's signpost with other fields, still to be spread."""
    rows = Signpost.objects.select_for_update()
    begun = {"version": F("version") + 1, "is_spread": False, "cursor": None, "lease_until": None}
    changed = {**fields, **begun, "changed_at": Now()}
    signpost, _is_new = rows.update_or_create(
        account=account, capability=capability, defaults=changed, create_defaults=fields
    )
    signpost.refresh_from_db()
    return signpost


def _read(job_id: UUID) -> None:
    """One bad row must not keep the others from being read."""
    job = Job.objects.select_related("account").filter(pk=job_id).first()
    try:
        if job:
            read_again(job)
    except Exception:
        log.exception("The result of job %s could not be read by a signpost", job_id)
