"""Finds out whether a browser may write into a bucket itself, and remembers it for a while."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.clients import bucket_for
from accounts.models import Account, Way

# People change the bucket's rules in the console, where nobody tells us.
REMEMBERED = timedelta(minutes=30)


def is_direct(account: Account, origin: str) -> bool:
    """Whether pages of `origin` bring files straight into the bucket; else they go through the portal.

    Asks the bucket as a browser would unless it was asked lately. Raises BucketError and CannotOpen.
    """
    since = timezone.now() - REMEMBERED
    known = Way.objects.filter(account=account, origin=origin, looked_at__gte=since).first()
    if known is not None:
        return known.is_direct
    found = bucket_for(account).lets_in(origin)
    remember(account, origin, is_direct=found)
    return found


def remember(account: Account, origin: str, *, is_direct: bool) -> None:
    """What a look, or a browser that was turned away, has taught."""
    told = {"is_direct": is_direct, "looked_at": timezone.now()}
    Way.objects.update_or_create(account=account, origin=origin, defaults=told)


def forget(*, endpoint: str, bucket: str) -> None:
    """The bucket's rules were changed: look anew."""
    Way.objects.filter(account__endpoint=endpoint, account__bucket=bucket).delete()
