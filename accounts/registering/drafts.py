"""What a person may do with a registration: fill it in, send it, edit it, try once more, forget it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts import endpoints
from accounts.encryption import CannotOpen
from accounts.fields import SealedTextField
from accounts.models import Registration, TenantFields
from tencent import formats

State = Registration.State

# The repair that exchanges a SecretId with its SecretKey.
SWAP = "swap"
# Of the call's own deadline: who has not written by then is dead, and no answer can come any more.
PATIENCE = 1.2

FORMATS = {
    "operate_uin": formats.check_operate_uin,
    "user_name": formats.check_user_name,
    "bucket_secret_id": formats.check_secret_id,
    "bucket_secret_key": formats.check_secret_key,
    "bucket": formats.check_bucket_name,
    "region": formats.check_region,
    "domain": endpoints.check_domain,
}
# What a person must have filled in before the bucket alone can be tried.
OF_THE_BUCKET = ("bucket", "region", "domain", "bucket_secret_id", "bucket_secret_key")
# Another one of these, and what was found in the bucket is somebody else's.
LOOKED_WITH = ("endpoint", "operate_uin", "bucket", "region", "domain")
TENANT = tuple(field.name for field in TenantFields._meta.get_fields() if isinstance(field, models.Field))


def begin(registration: Registration) -> None:
    """Save a row that may be new; one that another request saved meanwhile stays as it is."""
    if registration._state.adding:
        begun = {name: getattr(registration, name) for name in (*TENANT, "renews")}
        own = {"pk": registration.pk, "user": registration.user}
        Registration.objects.get_or_create(**own, defaults=begun)
        registration.refresh_from_db()


def save_draft(registration: Registration, values: Mapping[str, Any]) -> bool:
    """Keep `values` by field name on a draft; says whether it still was one.

    Earlier findings go, and so do keys found in another bucket.
    """
    columns = {name: column(registration, name, value) for name, value in values.items()}
    columns |= {"checks": [], "error_kind": "", "error_words": "", "exchange": None}
    if any(value_of(registration, name) != values[name] for name in LOOKED_WITH if name in values):
        columns |= {"look_result": "", "looked_at": None, "found_reply": ""}
        if registration.keys_from == Registration.KeysFrom.BUCKET:
            columns |= {"raw_reply": "", "keys_from": ""}
    return registration.move(State.DRAFT, State.DRAFT, **columns)


def unfit_fields(registration: Registration) -> dict[str, str]:
    """What keeps a draft from being sent: field name to code of tencent.formats; empty when nothing does."""
    found = {name: check(getattr(registration, name)) for name, check in FORMATS.items()}
    return {name: code for name, code in found.items() if code}


def start(registration: Registration, *, anyway: bool = False, only_check: bool = False) -> bool:
    """Hand a complete draft to the workers; says whether this call did. The caller enqueues the task.

    `anyway` keeps the findings of the last check and looks no further; `only_check` ends as a draft.
    """
    unfit = unfit_fields(registration)
    if registration.state != State.DRAFT or (unfit.keys() & OF_THE_BUCKET if only_check else unfit):
        return False
    return registration.move(
        State.DRAFT,
        State.CHECKING,
        goes_anyway=anyway,
        only_check=only_check,
        checks=registration.checks if anyway else [],
        error_kind="",
        error_words="",
        exchange=None,
        lease_until=None,
        sent_at=None,
    )


def edit(registration: Registration) -> bool:
    """A refused attempt becomes a draft again; only ever because a person asked for it."""
    return registration.move(State.REFUSED, State.DRAFT, lease_until=None, checks=[])


def try_again(registration: Registration) -> Registration | None:
    """A new draft with the values of an unsure attempt, the same one when asked twice; None for other states.

    The unsure row stays as it is: a late answer must find it.
    """
    if registration.state != State.UNSURE:
        return None
    values = {name: value_of(registration, name) for name in TENANT}
    values |= {"user": registration.user, "ticks": registration.ticks, "renews": registration.renews}
    draft, _ = Registration.objects.get_or_create(follows=registration, defaults=values)
    return draft


def discard(registration: Registration) -> bool:
    """Forget an attempt that came to nothing; says whether it was one.

    An unsure one may go once no answer can come any more.
    """
    return Registration.objects.filter(_over(), pk=registration.pk).delete()[0] > 0


def may_be_discarded(registration: Registration) -> bool:
    """Whether `discard` would do it now."""
    return Registration.objects.filter(_over(), pk=registration.pk).exists()


def repair(registration: Registration, name: str, repair: str) -> bool:
    """Put right what a doubt found: the value that was meant, or SWAP for the two halves of a key."""
    if repair == SWAP:
        pair = ("bucket_secret_id", "bucket_secret_key")
        return save_draft(
            registration,
            {there: value_of(registration, here) for here, there in zip(pair, pair[::-1], strict=True)},
        )
    return save_draft(registration, {name: repair})


def tick(registration: Registration, ticks: list[str]) -> None:
    """Keep which steps of the guide the person ticked off; findings stay, since no value has changed."""
    Registration.objects.filter(pk=registration.pk, state=State.DRAFT).update(ticks=ticks)
    registration.ticks = ticks


def _over() -> Q:
    longest = timedelta(seconds=settings.REGISTER_DEADLINE_SECONDS * PATIENCE)
    return Q(state__in=(State.DRAFT, State.REFUSED)) | Q(state=State.UNSURE, sent_at__lt=Now() - longest)


def column(registration: Registration, name: str, value: Any) -> Any:
    """`value` as `move()` and `update()` take it: sealed where the field is."""
    field = Registration._meta.get_field(name)
    return field.seal(registration.pk, value) if isinstance(field, SealedTextField) else value


def value_of(registration: Registration, name: str) -> Any:
    """A field of a registration, "" when it is sealed and does not open."""
    try:
        return getattr(registration, name)
    except CannotOpen:
        return ""
