"""What a person, or a program in a person's name, may do with jobs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from jobs.actions import POSSIBLE, Action, is_repeatable
from jobs.capabilities import all_capabilities
from jobs.deciding import ask_again, cancel, delete, give_up, mark_failed, send_again
from jobs.engine.collecting import read_again
from jobs.engine.pausing import resume_account
from jobs.models import Job, Preparation, enter
from jobs.sentences import explain_unusable
from tencent import formats

__all__ = [
    "Source",
    "ask_again",
    "cancel",
    "create",
    "delete",
    "duplicate",
    "give_up",
    "insist_on",
    "mark_failed",
    "read_again",
    "resume_account",
    "retry",
    "retry_many",
    "send_again",
]

State = Job.State
_UNFIT = _("TMP would not take this value.")
# What a job and its copy have in common.
_WISH = (
    "account_id",
    "capability",
    "params",
    "source_kind",
    "source_path",
    "source_url",
    "source_name",
    "source_seconds",
    "destination",
    "output_prefix",
    "timeout",
    "label",
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """The song: `kind` is a Job.SourceKind, with `path` in the account's bucket or `url`; `name` is the
    person's own file name; `seconds` the song's length where known.

    `copies` has what `url` leads to copied into the bucket first; with `as_audio` the sound of a video, or
    of what TMP may not read, is sent instead of it. Either makes the job begin in PREPARING.
    """

    kind: str
    path: str = ""
    url: str = ""
    name: str
    seconds: float | None = None
    copies: bool = False
    as_audio: bool = False


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
    """A QUEUED or PREPARING job; the same key of the same person gives the first job back. The caller
    enqueues it.

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
        params=clean_params(capability, params),
        destination=formats.normalise_destination(destination or f"/output/{capability}"),
        output_prefix=output_prefix,
        timeout=timeout,
        label=label,
        is_verification=is_verification,
        idempotency_key=idempotency_key,
        **source_fields(source),
    )
    check_values(job)
    preparation = preparation_for(job.pk, source)
    if preparation:
        # nosemgrep: state-outside-move  (not saved yet)
        job.state = State.PREPARING
    return _saved_once(job, preparation)


def insist_on(*, user: Any, account: Account) -> None:
    """Raises PermissionDenied unless `user` may submit with `account`, ValidationError when nobody may."""
    if not Account.objects.writable_by(user).filter(pk=account.pk).exists():
        raise PermissionDenied
    if not account.is_usable:
        raise ValidationError({"account": str(explain_unusable(account))})


def retry(job: Job, user: Any) -> Job:
    """The one job that follows `job`, made now or before: the same wish again. The caller enqueues it.

    Raises as create, and ValidationError for a job that cannot be retried.
    """
    made = retry_many([job], user)
    first = made[0] if made else Job.objects.filter(follows=job.pk).first()
    if first is None:
        raise ValidationError(_("This job cannot be retried as it stands."))
    return first


@transaction.atomic
def retry_many(jobs: Iterable[Job], user: Any) -> list[Job]:
    """New jobs that follow those of `jobs` that ended without a result and have none after them yet.

    Raises as create when one of their accounts may not be used. The caller enqueues one of them: it wakes
    the workers for all.
    """
    jobs = list(jobs)
    accounts = {job.account_id: job.account for job in jobs}
    for account in accounts.values():
        insist_on(user=user, account=account)
    # Locked, so that a job has one successor however often and wherever it is retried.
    ended = Job.objects.filter(pk__in=[job.pk for job in jobs], state__in=POSSIBLE[Action.RETRY])
    locked = ended.defer("result", "raw_answer").order_by("pk").select_for_update().in_bulk()
    followed = set(Job.objects.filter(follows__in=locked).values_list("follows", flat=True))
    fit = [
        row
        for row in (locked[key] for key in dict.fromkeys(job.pk for job in jobs) if key in locked)
        if row.pk not in followed and is_repeatable(row)
    ]
    new = [_alike(row, user, follows=row, batch_id=row.batch_id, position=row.position) for row in fit]
    enter(new, note="retried", preparations=_prepared_again(zip(fit, new, strict=True)))
    return new


def duplicate(job: Job, user: Any, *, idempotency_key: UUID) -> Job:
    """A new job with the same song and values that has nothing else to do with `job`.

    The same key of the same person gives the first one back. Raises as create, and ValidationError for a job
    whose values are not known. The caller enqueues it.
    """
    insist_on(user=user, account=job.account)
    if not is_repeatable(job):
        raise ValidationError(_("The portal does not know all that this job was sent with."))
    copy = _alike(job, user, idempotency_key=idempotency_key)
    return _saved_once(copy, *_prepared_again([(job, copy)]))


def _alike(job: Job, user: Any, **more: Any) -> Job:
    return Job(owner=user, **{name: getattr(job, name) for name in _WISH}, **more)


def _prepared_again(pairs: Iterable[tuple[Job, Job]]) -> list[Preparation]:
    """What is left to be done to the songs of copies: pairs of the old job and of the new one."""
    pairs = list(pairs)
    known = Preparation.objects.in_bulk([old.pk for old, _new in pairs])
    again = [known[old.pk].again_for(new) for old, new in pairs if old.pk in known]
    for each in again:
        # nosemgrep: state-outside-move  (not saved yet)
        each.job.state = State.QUEUED if each.ended_at else State.PREPARING
    return again


def preparation_for(job_id: UUID, source: Source) -> Preparation | None:
    """What is to be done to the song of a new job first, which then begins in PREPARING; None for nothing."""
    if not (source.copies or source.as_audio):
        return None
    return Preparation(job_id=job_id, url=source.url if source.copies else "", as_audio=source.as_audio)


def _saved_once(job: Job, preparation: Preparation | None = None) -> Job:
    """The saved job, or the one that another process made of the same form a moment ago."""
    try:
        enter([job], note="created", preparations=[preparation] if preparation else [])
    except IntegrityError:
        return Job.objects.get(owner=job.owner, idempotency_key=job.idempotency_key)
    job.refresh_from_db()
    return job


def clean_params(key: str, params: dict[str, Any]) -> dict[str, Any]:
    """Those of `params` that were set, as the capability knows them; raises ValidationError."""
    known = all_capabilities().get(key)
    if known is None:
        raise ValidationError(
            {"capability": _("TMP offers no such thing, or the portal does not know it yet.")}
        )
    form = known.Form(data=params)
    if not form.is_valid():
        raise ValidationError(dict(form.errors.as_data()))
    return {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}


def source_fields(source: Source) -> dict[str, Any]:
    """The fields of a job that say which song it is about; raises ValidationError."""
    if (source.kind == Job.SourceKind.BUCKET) != bool(source.path) or bool(source.path) == bool(source.url):
        raise ValidationError({"source": _("A job needs exactly one song.")})
    if source.path and (code := formats.check_key(source.path)):
        raise ValidationError({"source": ValidationError(_UNFIT, code=code)})
    return {
        "source_kind": source.kind,
        "source_path": source.path,
        "source_url": source.url,
        "source_name": source.name[:255],
        "source_seconds": source.seconds,
    }


def source_columns(sources: Sequence[Source]) -> dict[str, list[Any]]:
    """As source_fields for many songs: all values of each field."""
    rows = [source_fields(source) for source in sources]
    return {name: [row[name] for row in rows] for name in rows[0]}


def check_values(job: Job) -> None:
    """Raises ValidationError for values that TMP would refuse: its own words are short."""
    found = {
        "destination": formats.check_destination(job.destination),
        "output_prefix": formats.check_output_prefix(job.output_prefix),
    }
    wrong = {name: ValidationError(_UNFIT, code=code) for name, code in found.items() if code}
    if wrong:
        raise ValidationError(wrong)
