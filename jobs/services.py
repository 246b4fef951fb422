"""What a person, or a program in a person's name, may do with jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from jobs.capabilities import all_capabilities
from jobs.engine.collecting import read_again
from jobs.engine.pausing import resume_account
from jobs.hearing import is_called
from jobs.models import Job, enter
from jobs.sentences import explain_unusable
from tencent import formats

__all__ = [
    "Source",
    "ask_again",
    "cancel",
    "create",
    "give_up_unsure",
    "insist_on",
    "read_again",
    "resume_account",
    "send_again",
]

State = Job.State


@dataclass(frozen=True, kw_only=True)
class Source:
    """The song: `kind` is a Job.SourceKind, with `path` in the account's bucket or `url`; `name` is the
    person's own file name; `seconds` the song's length where known."""

    kind: str
    path: str = ""
    url: str = ""
    name: str
    seconds: float | None = None


def create(
    *,
    user: Any,
    account: Account,
    capability: str,
    params: dict[str, Any],
    source: Source,
    destination: str = "",
    output_prefix: str = "",
    timeout: int | None = None,
    label: str = "",
    is_verification: bool = False,
    idempotency_key: UUID,
) -> Job:
    """A QUEUED job; the same key of the same person gives the first job back. The caller enqueues it.

    `destination` defaults to `/output/<capability>`. Raises PermissionDenied for a stranger or a viewer, and
    ValidationError, with field names, for values that TMP would refuse and for an account that makes no new
    jobs.
    """
    insist_on(user=user, account=account)
    first = Job.objects.filter(owner=user, idempotency_key=idempotency_key).first()
    if first:
        return first
    job = Job(
        owner=user,
        account=account,
        capability=capability,
        params=_clean_params(capability, params),
        destination=formats.normalise_destination(destination or f"/output/{capability}"),
        output_prefix=output_prefix,
        timeout=timeout,
        label=label,
        is_verification=is_verification,
        idempotency_key=idempotency_key,
        **_source_fields(source),
    )
    _check(job)
    return _saved_once(job)


def insist_on(*, user: Any, account: Account) -> None:
    """Raises PermissionDenied unless `user` may submit with `account`, ValidationError when nobody may."""
    if not Account.objects.writable_by(user).filter(pk=account.pk).exists():
        raise PermissionDenied
    if not account.is_usable:
        raise ValidationError({"account": str(explain_unusable(account))})


def cancel(job: Job) -> bool:
    """End a live job here; says whether it was one. TMP offers no way to cancel: what it has begun, it may
    finish and bill."""
    return job.state in Job.LIVE and job.move(
        job.state, State.CANCELED, note="by_person", detail={"sent": job.state != State.QUEUED}
    )


def ask_again(job: Job) -> bool:
    """GAVE_UP -> SUBMITTED: ask TMP about the job for another while."""
    return job.state == State.GAVE_UP and job.move(
        State.GAVE_UP, State.SUBMITTED, note="by_person", ended_at=None
    )


def send_again(job: Job, *, although_called: bool = False) -> bool:
    """UNSURE -> QUEUED: a person takes the risk of a second job at TMP.

    A job that TMP called about only with `although_called`: TMP has it, so the second is certain.
    """
    if is_called(job) and not although_called:
        return False
    return job.state == State.UNSURE and job.move(
        State.UNSURE,
        State.QUEUED,
        note="by_person",
        due_at=None,
        unanswered=0,
        failed_in="",
        error_kind="",
        error_words="",
    )


def give_up_unsure(job: Job) -> bool:
    """UNSURE -> ERROR: a person decides that nothing came of it."""
    return job.state == State.UNSURE and job.move(State.UNSURE, State.ERROR, note="by_person")


def _saved_once(job: Job) -> Job:
    """The saved job, or the one that another process made of the same form a moment ago."""
    try:
        enter([job], note="created")
    except IntegrityError:
        return Job.objects.get(owner=job.owner, idempotency_key=job.idempotency_key)
    job.refresh_from_db()
    return job


def _clean_params(key: str, params: dict[str, Any]) -> dict[str, Any]:
    known = all_capabilities().get(key)
    if known is None:
        raise ValidationError(
            {"capability": _("TMP offers no such thing, or the portal does not know it yet.")}
        )
    form = known.Form(data=params)
    if not form.is_valid():
        raise ValidationError(dict(form.errors.as_data()))
    return {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}


def _source_fields(source: Source) -> dict[str, Any]:
    if (source.kind == Job.SourceKind.BUCKET) != bool(source.path) or bool(source.path) == bool(source.url):
        raise ValidationError({"source": _("A job needs exactly one song.")})
    return {
        "source_kind": source.kind,
        "source_path": source.path,
        "source_url": source.url,
        "source_name": source.name[:255],
        "source_seconds": source.seconds,
    }


def _check(job: Job) -> None:
    """Wrong values are said here rather than by TMP, whose own words are short."""
    found = {
        "destination": formats.check_destination(job.destination),
        "output_prefix": formats.check_output_prefix(job.output_prefix),
        "source": formats.check_key(job.source_path) if job.source_path else None,
    }
    wrong = {
        name: ValidationError(_("TMP would not take this value."), code=code)
        for name, code in found.items()
        if code
    }
    if wrong:
        raise ValidationError(wrong)
