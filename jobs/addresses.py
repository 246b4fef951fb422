"""Judges web addresses of songs as typed: TMP fetches them later, from elsewhere, without a login."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.endpoints import endpoint
from accounts.models import Account
from jobs.preparing_sentences import explain_cause
from tencent.public_hosts import is_public_name
from tencent.targets import Forbidden, target_of

# Names in a query that say until when it is good: S3, Google, Azure, Alibaba, COS, Qiniu, CDNs.
_EXPIRY = {
    *("expires", "expire", "expiry", "exp", "se", "deadline", "x-amz-expires", "x-goog-expires"),
    *("x-oss-expires", "x-obs-expires", "q-sign-time", "q-key-time", "expires_in", "expires_at", "ttl"),
}
# And those that let only its holder in.
_GRANT = {
    *("signature", "sig", "sign", "token", "access_token", "auth", "auth_key", "authkey", "policy", "jwt"),
    *("key-pair-id", "x-amz-signature", "x-goog-signature", "x-oss-signature", "x-amz-security-token"),
    *("x-cos-security-token", "q-sign-algorithm", "q-signature", "hmac", "hdnts", "hdnea", "awsaccesskeyid"),
    *("ossaccesskeyid", "googleaccessid", "api_key", "apikey", "password", "rlkey"),
}
_DOUBTS: dict[str, str | Promise] = {
    "expiry": _("The address is good for some time only (%(name)s), and TMP may come too late."),
    "grant": _("The address lets in whoever holds it (%(name)s); with a copy TMP never sees it."),
    "host": _("%(name)s is no name that the whole internet knows, so TMP will hardly reach it."),
    "port": _("The address names a port of its own (%(name)s), which TMP may not reach."),
    "own": _("The address leads to this machine, where only the portal gets at it."),
}


@dataclass(frozen=True)
class Doubt:
    """Why an address may not work from elsewhere, or later: a word of _DOUBTS, and what shows it."""

    code: str
    name: str = ""

    @property
    def sentence(self) -> str:
        """The same to a person."""
        return str(_DOUBTS[self.code]) % {"name": self.name}


def doubt_about(url: str) -> Doubt | None:
    """Why `url` should rather be copied than fetched by TMP; None for one that looks public and lasting."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        names = [name for name, _value in parse_qsl(parts.query, keep_blank_values=True, max_num_fields=500)]
    except ValueError:
        return None
    if not host:
        return None
    if parts.scheme == "http":
        return Doubt("own")
    if not is_public_name(host):
        return Doubt("host", host)
    if port not in (None, 443):
        return Doubt("port", str(port))
    for code, known in (("expiry", _EXPIRY), ("grant", _GRANT)):
        for name in names:
            if name.lower() in known:
                return Doubt(code, name)
    return None


def doubtful(places: Iterable[str]) -> list[str]:
    """Those addresses among them that should rather be copied."""
    return [place for place in places if "://" in place and doubt_about(place)]


def own_store(account: Account) -> str:
    """The origin of the sandbox's store, which the portal may read over http; "" for any other account, and
    always in production."""
    return endpoint(account.endpoint).store_url


def is_in_own_store(account: Account, url: str) -> bool:
    """Whether `url` is one of the sandbox's own store, over http."""
    store = own_store(account).rstrip("/")
    return bool(store) and url.startswith(f"{store}/")


def why_not_copied(account: Account, url: str) -> str | Promise:
    """Why the portal will never open `url`, as far as that is told by looking at it; "" when it may."""
    try:
        target_of(url, trusted_origin=own_store(account))
    except Forbidden as error:
        return explain_cause(error.cause)
    return ""
