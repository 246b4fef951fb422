"""What the portal would ask of whom when a person types an address, and why it does not.

OutgoingError
    Forbidden   the address itself: nothing was connected, and never will be
    Unreached   no answer, or it broke off: trying again may help
    Declined    the other side said no, or sent what is no file
    Oversized   more than the caller takes
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from tencent.public_hosts import is_public_name
from tencent.transports import is_loopback


class OutgoingError(Exception):
    """Nothing usable came of it; `cause` is a machine word, and neither holds the address."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Forbidden(OutgoingError):
    """bad_url, not_https, credentials, port, not_public, or redirects when there are too many."""


class Unreached(OutgoingError):
    """A word of tencent.causes, deadline, cut, or server_error."""


class Declined(OutgoingError):
    """`http_` and the state, encoded (compressed on the way), or headers (too many)."""


class Oversized(OutgoingError):
    """too_large"""

    def __init__(self) -> None:
        super().__init__("too_large")


@dataclass(frozen=True, kw_only=True)
class Target:
    """One address taken apart; `host` in ASCII, `path` with its query, `authority` as the Host header says
    it."""

    scheme: str
    host: str
    port: int
    authority: str
    path: str
    is_trusted: bool = False


def target_of(url: str, *, trusted_origin: str = "") -> Target:
    """What would be asked of whom. Asks no resolver. Raises Forbidden."""
    if not url.isprintable() or any(sign.isspace() or sign == "\\" for sign in url):
        raise Forbidden("bad_url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if "%" not in host and ":" not in host:
            host = host.rstrip(".").encode("idna").decode("ascii").lower()
    except ValueError:
        raise Forbidden("bad_url") from None
    if "@" in parts.netloc:
        raise Forbidden("credentials")
    is_trusted = f"{parts.scheme}://{parts.netloc}" == trusted_origin.rstrip("/") and is_loopback(url)
    if not is_trusted:
        _insist_on_public(parts.scheme, host, port)
    return Target(
        scheme=parts.scheme,
        host=host,
        port=port or (443 if parts.scheme == "https" else 80),
        authority=parts.netloc if is_trusted else f"[{host}]" if ":" in host else host,
        path=quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        + (f"?{quote(parts.query, safe='/?%:@!$&()*+,;=~-._')}" if parts.query else ""),
        is_trusted=is_trusted,
    )


def _insist_on_public(scheme: str, host: str, port: int | None) -> None:
    if scheme != "https":
        raise Forbidden("not_https")
    if not host:
        raise Forbidden("bad_url")
    if port not in (None, 443):
        raise Forbidden("port")
    if not is_public_name(host):
        raise Forbidden("not_public")


def joined(url: str, location: str) -> str:
    """The address that a redirect from `url` leads to. Raises Forbidden."""
    try:
        return urljoin(url, location)
    except ValueError:
        raise Forbidden("bad_url") from None
