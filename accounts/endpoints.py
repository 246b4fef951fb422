"""Where accounts may live: the gateways, stored by key, so that a sandbox may move to another port, and the
hosts of buckets. Nobody but the portal's settings names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tencent import formats

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Text: TypeAlias = "str | _StrPromise"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One gateway: base address (paths `/register` and `/job` follow), and what to know of it."""

    key: str
    url: str
    title: Text
    note: Text
    store_url: str = ""

    @property
    def is_sandbox(self) -> bool:
        return self.key == SANDBOX

    @property
    def is_plain_http(self) -> bool:
        """Keys would travel readable; on loopback that harms nobody."""
        return self.url.startswith("http://") and not self.is_sandbox

    @property
    def is_closed(self) -> bool:
        """Whether the portal's settings forbid to send anything there."""
        return self.is_plain_http and not settings.PLAIN_HTTP


MEDIAX, LEGACY, SANDBOX = "mediax", "legacy", "sandbox"


def all_endpoints() -> dict[str, Endpoint]:
    """Endpoints by key, in the order a person should consider them. Addresses: doc guide-en, and the seed."""
    found = [
        Endpoint(
            key=MEDIAX,
            url="https://api.mediax.tencent.com",
            title=_("api.mediax.tencent.com (recommended)"),
            note=_("The current address, over https."),
        ),
        Endpoint(
            key=LEGACY,
            url="http://service-mqk0mc83-1257411467.bj.apigw.tencentcs.com/release",
            title=_("The guide's old address (apigw.tencentcs.com)"),
            note=_("Plain http, and Tencent has announced the shutdown of this gateway."),
        ),
    ]
    if settings.SANDBOX["gateway"] and not settings.PRODUCTION:
        found.append(
            Endpoint(
                key=SANDBOX,
                url=settings.SANDBOX["gateway"],
                title=_("Sandbox on this machine"),
                note=_("A local stand-in: no Tencent account, no cost, real beats."),
                store_url=settings.SANDBOX["store"],
            )
        )
    return {endpoint.key: endpoint for endpoint in found}


def open_endpoints() -> dict[str, Endpoint]:
    """Those to which anything may be sent."""
    return {key: found for key, found in all_endpoints().items() if not found.is_closed}


def endpoint(key: str) -> Endpoint:
    """The endpoint of `key`; a sandbox that is not running now gets an empty address."""
    known = all_endpoints()
    if key in known:
        return known[key]
    return Endpoint(key=key, url="", title=_("Sandbox (not running)"), note="")


def check_domain(value: str) -> str | None:
    """As tencent.formats.check_domain, and unlisted_domain for a host that settings.COS_DOMAINS does not
    name: signed requests go there."""
    if code := formats.check_domain(value):
        return code
    host = value.lower()
    is_listed = any(
        host.endswith(known) if known.startswith(".") else host == known for known in settings.COS_DOMAINS
    )
    return None if not value or is_listed else "unlisted_domain"
