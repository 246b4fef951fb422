"""Where TMP's demo programs lie, which are written with keys in them."""

from __future__ import annotations

from accounts.managing.demo import demo_paths
from accounts.models import Account, Registration, TenantFields


def places_with_keys(tenant: TenantFields) -> set[str]:
    """Files and folders with demo programs that TMP wrote with keys in them (seed), of every account and of
    every attempt to get one that shares the bucket."""
    same = {"endpoint": tenant.endpoint, "bucket": tenant.bucket}
    places: set[str] = set()
    for sharing in Account.objects.filter(**same):
        places |= demo_paths(sharing)
    uins = Registration.objects.filter(**same).values_list("operate_uin", flat=True)
    return places | {f"{uin}_demo" for uin in uins if uin}
