"""Sets the bucket's cross-origin rules by one click, where the key may, and writes the outcome on its row."""

from __future__ import annotations

from django.db.models.functions import Now

from accounts import ways
from accounts.clients import bucket_for
from accounts.encryption import CannotOpen
from accounts.models import Registration
from accounts.registering.checking import Row
from accounts.registering.drafts import LOOKED_WITH
from tencent.errors import BucketError


def allow_browsers(registration: Registration, *, origin: str) -> Row:
    """Let pages of `origin` read and upload; the new row of the check, which is kept. Takes seconds.

    A key without the right is no failure: the row is `forbidden`, since nothing depends on it.
    """
    row = _try(registration, origin)
    checks = [row if old.get("key") == "cors" else old for old in registration.checks]
    # Findings of this bucket must not come back on a draft that turned to another one meanwhile.
    same = {name: getattr(registration, name) for name in ("pk", "state", *LOOKED_WITH)}
    rows = Registration.objects.filter(**same).exclude(state__in=Registration.LIVE)
    rows.update(checks=checks, changed_at=Now())
    registration.checks = checks
    return row


def _try(registration: Registration, origin: str) -> Row:
    try:
        bucket_for(registration).set_cors(origin)
    except BucketError as error:
        state = "forbidden" if error.is_forbidden else "warn"
        return {"key": "cors", "state": state, "code": error.code, "detail": {"message": error.message}}
    except CannotOpen:
        return {"key": "cors", "state": "warn", "code": "CannotOpen", "detail": {}}
    ways.forget(endpoint=registration.endpoint, bucket=registration.bucket)
    return {"key": "cors", "state": "ok", "code": "", "detail": {"origin": origin}}
