"""The rules of batches: many songs become jobs at once, and what failed of them is done once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from jobs import services
from jobs.models import Batch, Job, JobQuerySet, Move, Preparation, enter_alike, move_many
from jobs.services import Source
from tencent import formats

State = Job.State
MOST_SONGS = 5_000
# What "Retry failed" means; a job of unknown fate has a decision of its own.
FAILED = (State.ERROR, State.CANCELED, State.GAVE_UP)


def create(
    *,
    user: Any,
    account: Account,
    capability: str,
    params: dict[str, Any],
    sources: Sequence[Source],
    destination: str = "",
    output_prefix: str = "",
    timeout: int | None = None,
    label: str = "",
    idempotency_key: UUID,
) -> Batch:
    """A batch with one QUEUED or PREPARING job for each source; the same key of the same person gives the
    first one back.

    Raises as services.create. The caller enqueues one of its jobs: that wakes the workers for all.
    """
    services.insist_on(user=user, account=account)
    if first := made_of(user, idempotency_key):
        return first
    _insist_on_number(sources)
    batch = Batch(
        account=account, owner=user, label=label, capability=capability, idempotency_key=idempotency_key
    )
    pattern = Job(
        owner_id=user.pk,
        account_id=account.pk,
        batch_id=batch.pk,
        capability=capability,
        params=services.clean_params(capability, params),
        destination=formats.normalise_destination(destination or f"/output/{capability}"),
        output_prefix=output_prefix,
        timeout=timeout,
        label=label,
    )
    services.check_values(pattern)
    own, preparations = _own_of_each(batch, sources)
    return _saved_once(batch, pattern, own, preparations)


def made_of(user: Any, key: UUID) -> Batch | None:
    """The batch that the person's form with this key made."""
    return Batch.objects.filter(owner=user, idempotency_key=key).first()


def current(batch: Batch) -> JobQuerySet:
    """One job for each song of the batch: those that were done once more are left out."""
    jobs: JobQuerySet = Job.objects.filter(batch=batch, successor=None)
    return jobs


def failed(batch: Batch, *, until: datetime | None = None) -> JobQuerySet:
    """What a retry would send again; `until` leaves out what ended later than that."""
    rows = current(batch).filter(state__in=FAILED)
    return rows.filter(ended_at__lte=until) if until else rows


def retry_failed(batch: Batch, user: Any, *, until: datetime | None = None) -> list[Job]:
    """New jobs of the batch for all that `failed` names; twice makes one each. Raises as services.create.

    The caller enqueues one of them.
    """
    rows = failed(batch, until=until).select_related("account").defer("result", "raw_answer")
    return services.retry_many(list(rows.order_by("position")), user)


def cancel_waiting(batch: Batch) -> int:
    """End the jobs that were not sent yet; says how many."""
    waiting = current(batch).filter(state__in=Job.WAITING).values_list("pk", "account", "state")
    moves = [
        Move(
            job_id=pk,
            account_id=account,
            from_=state,
            to=State.CANCELED,
            note="by_person",
            detail={"sent": False},
        )
        for pk, account, state in waiting
    ]
    return len(move_many(moves))


def _own_of_each(batch: Batch, sources: Sequence[Source]) -> tuple[dict[str, list[Any]], list[Preparation]]:
    """In what the jobs differ, by field; and what is to be done to some of their songs first."""
    # Born in one moment, they stand on the dashboard by their ids: in the order of the form.
    keys = sorted((uuid4() for _ in sources), reverse=True)
    wanted = [services.preparation_for(key, source) for key, source in zip(keys, sources, strict=True)]
    positions = range(1, len(sources) + 1)
    own: dict[str, list[Any]] = {
        "id": keys,
        # Whoever makes this batch again makes the same jobs again.
        "idempotency_key": [uuid5(batch.idempotency_key, str(position)) for position in positions],
        "position": list(positions),
        "state": [State.PREPARING if each else State.QUEUED for each in wanted],
        **services.source_columns(sources),
    }
    return own, [each for each in wanted if each]


def _insist_on_number(sources: Sequence[Source]) -> None:
    if not sources:
        raise ValidationError({"source": _("Choose at least one song.")})
    if len(sources) > MOST_SONGS:
        raise ValidationError({"source": too_many(len(sources))})


def too_many(number: int) -> str:
    """Why so many songs are refused."""
    return _("A batch has at most %(most)s songs, and these are %(number)s. Send them in parts.") % {
        "most": f"{MOST_SONGS:,}",
        "number": f"{number:,}",
    }


def _saved_once(
    batch: Batch, pattern: Job, own: dict[str, list[Any]], preparations: list[Preparation]
) -> Batch:
    """The saved batch, or the one that another process made of the same form a moment ago."""
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
            enter_alike(pattern, own, note="created", preparations=preparations)
    except IntegrityError:
        return Batch.objects.get(owner=batch.owner, idempotency_key=batch.idempotency_key)
    batch.refresh_from_db()
    return batch
