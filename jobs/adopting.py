"""Takes in a job that another program created at TMP, so that the portal follows it like its own."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.songs import display_name
from jobs import services
from jobs.capabilities import all_capabilities
from jobs.models import Job, enter
from jobs.storable import storable
from tencent import formats
from tencent.job_pointers import JobPointer


def known(account: Account, tmp_id: str) -> Job | None:
    """The job of `account` that TMP knows by this id, adopted or the portal's own."""
    return Job.objects.filter(account=account, tmp_id=tmp_id).first()


def adopt(*, user: Any, account: Account, pointer: JobPointer, capability: str) -> Job:
    """The job `pointer` names, in SUBMITTED and due to be asked about; the one that is here already, if any.

    Raises PermissionDenied and ValidationError as services.create.
    """
    services.insist_on(user=user, account=account)
    if capability not in all_capabilities():
        raise ValidationError(
            {"capability": _("The portal does not know what this job is about. Choose it below.")}
        )
    return known(account, pointer.id) or _saved_once(_row(user, account, pointer, capability))


def _row(user: Any, account: Account, pointer: JobPointer, capability: str) -> Job:
    path = pointer.source_path.removeprefix("/")
    path = "" if formats.check_key(path) else path
    destination = pointer.destination
    return Job(
        owner=user,
        account=account,
        capability=capability,
        source_kind=Job.SourceKind.ADOPTED,
        source_path=path,
        source_name=display_name(account, path)[:255] if path else _("Adopted job"),
        # Only shown: where files lie is for TMP's answer to say.
        destination="" if formats.check_destination(destination) else destination,
        label=storable(pointer.custom_id)[:120],
        state=Job.State.SUBMITTED,
        tmp_id=pointer.id,
    )


def _saved_once(job: Job) -> Job:
    """The saved job, or the one that another process adopted a moment ago."""
    try:
        enter([job], note="adopted")
    except IntegrityError:
        first = known(job.account, job.tmp_id)
        if first is None:
            raise
        return first
    job.refresh_from_db()
    return job
