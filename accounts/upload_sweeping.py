"""Gives up uploads that nobody went on with for a day, so that no bucket keeps their parts for ever."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone

from accounts import uploading
from accounts.encryption import CannotOpen
from accounts.models import Upload
from tencent.errors import BucketError

log = logging.getLogger(__name__)

MOST_AT_ONCE = 50
AGAIN = timedelta(hours=1)
# A bucket that has been away for so long is not waited for.
LAST = timedelta(days=8)


def sweep() -> int:
    """Give up what is due, as many as MOST_AT_ONCE; how many are gone. Asks buckets: seconds each."""
    now = timezone.now()
    due = Upload.objects.filter(due_at__lte=now).select_related("account")[:MOST_AT_ONCE]
    return sum(_end(upload) for upload in due)


def _end(upload: Upload) -> bool:
    """Whether the row is gone; another scheduler that took it meanwhile has it."""
    now = timezone.now()
    taken = Upload.objects.filter(pk=upload.pk, due_at=upload.due_at, due_at__lte=now)
    if not taken.update(due_at=now + AGAIN):
        return False
    try:
        uploading.give_up(upload)
    except (BucketError, CannotOpen) as error:
        log.warning("upload %s is given up later: %s", upload.pk, getattr(error, "code", "") or "CannotOpen")
        return bool(Upload.objects.filter(pk=upload.pk, created_at__lt=now - LAST).delete()[0])
    return True
