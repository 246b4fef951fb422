"""Tries the bucket before TMP is asked, row by row, so that the page shows each as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from accounts import clients
from accounts.models import TenantFields
from tencent import bucket_check
from tencent.bucket_check import NEEDED
from tencent.errors import BucketError
from tencent.scrubbing import clean_json

Row = dict[str, Any]


def check_bucket(tenant: TenantFields) -> Iterator[Row]:
    """Rows of tencent.bucket_check.Check as JSON: {"key", "state", "code", "detail"}.

    Raises accounts.encryption.CannotOpen.
    """
    try:
        for row in bucket_check.check_bucket(clients.bucket_for(tenant), origin=settings.PUBLIC_URL):
            yield clean_json({"key": row.key, "state": row.state, "code": row.code, "detail": row.detail})
    except BucketError as error:
        yield {"key": "list", "state": "failed", "code": error.code, "detail": {"message": error.message}}


def is_unfit(checks: list[Row]) -> bool:
    """Whether something failed that TMP needs: a bucket like that will fail the two-minute call too."""
    return any(row["key"] in NEEDED and row["state"] == "failed" for row in checks)
