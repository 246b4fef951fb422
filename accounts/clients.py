"""From records to wire clients: the only door through which keys leave the database."""

from __future__ import annotations

from accounts import endpoints
from accounts.models import Account, Registration, TenantFields
from tencent.bucket import Bucket
from tencent.errors import BucketRefused, BucketUnreachable, Unreachable
from tencent.gateway import Gateway
from tencent.keys import BucketKeys, GatewayKeys, TmpKeys

NOT_RUNNING = "SandboxNotRunning"
PLAIN_HTTP = "PlainHttpForbidden"


def gateway_for(account: Account) -> Gateway:
    """The gateway of `account`, signing with its keys.

    Raises tencent.errors.Unreachable when it is a sandbox that is not running or when settings forbid its
    plain http, and accounts.encryption.CannotOpen when the keys do not open.
    """
    return Gateway(
        gateway_url(account),
        caller=account.caller,
        gateway_keys=gateway_keys(account),
        tmp_keys=tmp_keys(account),
        date_header=account.date_header,
    )


def gateway_without_keys(registration: Registration) -> Gateway:
    """The gateway to register at; errors as for `gateway_for`."""
    return Gateway(gateway_url(registration), caller=registration.caller)


def gateway_keys(account: Account) -> GatewayKeys:
    """The opened gateway keys; raises accounts.encryption.CannotOpen."""
    return GatewayKeys(secret_id=account.gateway_secret_id, secret_key=account.gateway_secret_key)


def tmp_keys(account: Account) -> TmpKeys:
    """The opened TMP keys; raises accounts.encryption.CannotOpen."""
    return TmpKeys(secret_id=account.tmp_secret_id, secret_key=account.tmp_secret_key)


def bucket_keys(tenant: TenantFields) -> BucketKeys:
    """The opened bucket keys; raises accounts.encryption.CannotOpen."""
    return BucketKeys(secret_id=tenant.bucket_secret_id, secret_key=tenant.bucket_secret_key)


def bucket_for(tenant: TenantFields) -> Bucket:
    """The bucket of an account or of a registration.

    Raises tencent.errors.BucketUnreachable when it is a sandbox that is not running (its keys must never be
    shown to the real store), BucketRefused when name, region or domain are unfit, and CannotOpen.
    """
    store_url = endpoints.endpoint(tenant.endpoint).store_url
    if tenant.is_sandbox and not store_url:
        raise BucketUnreachable(code=NOT_RUNNING)
    if code := endpoints.check_domain(tenant.domain):
        raise BucketRefused(code=code)
    return Bucket(
        name=tenant.bucket,
        region=tenant.region,
        keys=bucket_keys(tenant),
        store_url=store_url,
        domain=tenant.domain,
    )


def gateway_url(tenant: TenantFields) -> str:
    """Where its gateway is; raises tencent.errors.Unreachable when nothing may be sent there (why_closed)."""
    if cause := why_closed(tenant):
        raise Unreachable(cause=cause)
    return endpoints.endpoint(tenant.endpoint).url


def why_closed(tenant: TenantFields) -> str:
    """NOT_RUNNING for a sandbox that is none now, PLAIN_HTTP where settings forbid it, "" for all others."""
    found = endpoints.endpoint(tenant.endpoint)
    if not found.url:
        return NOT_RUNNING
    return PLAIN_HTTP if found.is_closed else ""
