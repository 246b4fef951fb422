"""What the page says about the last look for the demo script: its result, and keys by their ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.encryption import CannotOpen
from accounts.endpoints import Text
from accounts.masking import tail_of
from accounts.models import Registration
from accounts.registering import rescuing
from accounts.registering.answers import registered_in

# Seconds after which a look that brought nothing counts as lost on its way to a worker.
LOST_AFTER = timedelta(seconds=60)

_SENTENCES: dict[str, Text] = {
    rescuing.FOUND: _("TMP's demo script lies in the bucket, and TMP's keys are in it."),
    rescuing.OLDER: _(
        "There is a demo script, but it is older than this attempt, so it belongs to an earlier registration."
    ),
    rescuing.OTHER: _(
        "There is a demo script, but it is that of another user name, so its keys are not this attempt's."
    ),
    rescuing.NONE: _("There is no demo script in the bucket, or not yet."),
    rescuing.UNREADABLE: _("There is a demo script in the bucket, but no complete keys are in it."),
    rescuing.TROUBLE: _("The bucket could not be looked into. Compare bucket, region and keys."),
}


@dataclass(frozen=True, kw_only=True)
class KeyShown:
    """A member of registerInfo by TMP's own name: `text` is all of it, or the end of a secret."""

    name: str
    text: str
    is_secret: bool


@dataclass(frozen=True, kw_only=True)
class Look:
    """`keys` is empty unless something was found."""

    result: str
    sentence: Text
    looked_at: datetime | None
    is_under_way: bool
    keys: tuple[KeyShown, ...]


def look_of(registration: Registration) -> Look:
    """The last look of a registration."""
    result = registration.look_result
    asked = result == rescuing.ASKED and timezone.now() - registration.changed_at < LOST_AFTER
    return Look(
        result="" if result == rescuing.ASKED else result,
        sentence=_SENTENCES.get(result, ""),
        looked_at=registration.looked_at,
        is_under_way=asked,
        keys=keys_of(registration, "found_reply") if result == rescuing.FOUND else (),
    )


def keys_of(registration: Registration, name: str) -> tuple[KeyShown, ...]:
    """TMP's keys in a kept answer (`raw_reply` or `found_reply`), masked; nothing when it does not open."""
    try:
        registered = registered_in(getattr(registration, name))
    except CannotOpen:
        return ()
    if registered is None:
        return ()
    secrets = {
        "tmpSecretId": registered.tmp_keys.secret_id,
        "tmpSecretKey": registered.tmp_keys.secret_key,
        "apiGateSecretId": registered.gateway_keys.secret_id,
        "apiGateSecretKey": registered.gateway_keys.secret_key,
    }
    content_id = KeyShown(name="tmpContentId", text=registered.content_id, is_secret=False)
    masked = [KeyShown(name=name, text=tail_of(text), is_secret=True) for name, text in secrets.items()]
    return (content_id, *masked)
