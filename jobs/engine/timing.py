"""The engine's numbers from the settings, and how old things are."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from accounts.models import Account


def poll_interval(account: Account) -> float:
    """Seconds between two questions while TMP answers."""
    return float(settings.POLL_SECONDS_SANDBOX if account.is_sandbox else settings.POLL_SECONDS)


def file_patience(account: Account) -> float:
    """Seconds to wait for an output file that TMP names before it is there."""
    return float(settings.FILE_SECONDS_SANDBOX if account.is_sandbox else settings.FILE_SECONDS)


def age_of(moment: datetime) -> float:
    """Seconds since `moment`; only for limits of minutes and more, where clocks need not agree."""
    return (timezone.now() - moment).total_seconds()
