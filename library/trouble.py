"""Turns whatever keeps a bucket from answering into a sentence and an HTTP state."""

from __future__ import annotations

from django.utils.functional import Promise

from accounts.encryption import CannotOpen
from accounts.sentences import explain_bucket, explain_gateway
from tencent.errors import BucketError, BucketMissing

# Everything that `bucket_for(account)` and its methods raise.
TROUBLE = (BucketError, CannotOpen)


def sentence_for(error: Exception) -> str | Promise:
    """What to tell a person about one of TROUBLE."""
    return explain_bucket(error) if isinstance(error, BucketError) else explain_gateway("CannotOpen")


def http_state_for(error: Exception) -> int:
    """404 where there is no such file, 416 no such part of it, otherwise 502: somebody behind us failed."""
    if isinstance(error, BucketMissing):
        return 404
    return 416 if isinstance(error, BucketError) and error.http_state == 416 else 502
