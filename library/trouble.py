"""Turns whatever keeps a bucket from answering into a sentence and an HTTP state."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.encryption import CannotOpen
from accounts.guarding.doors import KeysInside
from accounts.models import Verdict
from accounts.sentences import explain_bucket, explain_gateway
from tencent.errors import BucketError, BucketMissing

# Everything that `bucket_for(account)` and its methods raise; and the doors of accounts.guarding beside it.
TROUBLE = (BucketError, CannotOpen)
CLOSED = (*TROUBLE, KeysInside)

UNJUDGED = _(
    "A stored key cannot be opened with the portal's field key, so nobody can tell whether it stands in a "
    "text. Until the keys are entered again, no text is given out."
)


def sentence_for(error: Exception) -> str | Promise:
    """What to tell a person about one of CLOSED."""
    if isinstance(error, KeysInside):
        if error.holds == Verdict.Holds.UNREAD:
            return _(
                "This is text, and too long to be searched for keys. Only the owner may download it, after "
                "typing the password again."
            )
        return _(
            "This file contains keys. Only their owner may download it, after typing the password again."
        )
    if isinstance(error, CannotOpen):
        return UNJUDGED
    return explain_bucket(error) if isinstance(error, BucketError) else explain_gateway("CannotOpen")


def http_state_for(error: Exception) -> int:
    """404 where there is no such file, 416 no such part of it, 403 for keys, otherwise 502: somebody behind
    us failed."""
    if isinstance(error, KeysInside):
        return 403
    if isinstance(error, BucketMissing):
        return 404
    return 416 if isinstance(error, BucketError) and error.http_state == 416 else 502
