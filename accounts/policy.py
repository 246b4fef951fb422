"""Widens the content security policy of one answer to the bucket of the account it shows, nothing else."""

from __future__ import annotations

from django.http import HttpResponse

from accounts.clients import bucket_for
from accounts.encryption import CannotOpen
from accounts.models import Account
from tencent.errors import BucketError


def allow_bucket(response: HttpResponse, account: Account) -> HttpResponse:
    """Let the page fetch and play from the account's bucket.

    A bucket that cannot be reached at all (a sandbox that is not running, lost keys) adds nothing.
    """
    update: dict[str, list[object]] = {}
    try:
        origin = bucket_for(account).origin
    except (BucketError, CannotOpen):
        pass
    else:
        update = {"media-src": [origin], "connect-src": [origin]}
    # What django-csp's own decorators set; they know their values only when the module is imported.
    response._csp_update = update  # type: ignore[attr-defined]
    return response
