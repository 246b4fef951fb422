"""Checks the API gateway's key-pair HMAC, row by row as its error table lists the refusals.

Source of texts and order: tmp-protocol section 6 (doc gw-31717, two real captures).
"""

import base64
import hmac
import re
from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime

from sandbox.assumptions import SKEW

GMT_FORMAT = "%a, %d %b %Y %H:%M:%S GMT"
ALGORITHMS = ("hmac-sha1", "hmac-sha256", "hmac-sha384", "hmac-sha512")
UNVERIFIED = "HMAC signature cannot be verified"
PARAMETER = r'(\w+)="([^"]*)"'


class HmacRefusedError(Exception):
    """The gateway does not let the call through; the text is the gateway's own."""


def verified_id(
    headers: Mapping[str, str],
    *,
    repeated: Container[str],
    key_of: Callable[[str], str | None],
    now: float,
) -> str:
    """The gateway id whose key signed these headers (lower-cased names). Raises HmacRefusedError.

    `repeated` are header names sent more than once, `key_of` gives an id's key, `now` is in seconds.
    """
    fields = _fields(headers.get("authorization"))
    _check_dates(headers, now)
    lines = []
    for name in fields["headers"].split():
        if name.lower() not in headers:
            raise HmacRefusedError(f"{UNVERIFIED}, a valid {name} header is required")
        if name.lower() in repeated:
            raise HmacRefusedError("HMAC do not support multiple HTTP header")
        lines.append(f"{name.lower()}: {headers[name.lower()]}")
    key = key_of(fields["id"])
    if key is None:
        raise HmacRefusedError(UNVERIFIED)
    # The server reads headers as Latin-1, so this gives back the bytes that were sent.
    text = "\n".join(lines).encode("latin-1")
    digest = hmac.new(key.encode(), text, fields["algorithm"].removeprefix("hmac-")).digest()
    if not hmac.compare_digest(base64.b64encode(digest), fields["signature"].encode("latin-1")):
        raise HmacRefusedError("HMAC signature does not match")
    return fields["id"]


def _fields(authorization: str | None) -> dict[str, str]:
    if not authorization:
        raise HmacRefusedError(f"{UNVERIFIED}, a validate authorization header is required")
    scheme, _, rest = authorization.strip().partition(" ")
    if scheme.lower() != "hmac" or not re.fullmatch(rf"\s*{PARAMETER}(\s*,\s*{PARAMETER})*\s*", rest):
        raise HmacRefusedError("HMAC authorization format error")
    fields = dict(re.findall(PARAMETER, rest))
    if not fields.get("id") or not fields.get("signature"):
        raise HmacRefusedError("HMAC id or signature missing")
    if not fields.get("algorithm") or not fields.get("headers"):
        raise HmacRefusedError("HMAC authorization headers is invalidate")
    if fields["algorithm"] not in ALGORITHMS:
        raise HmacRefusedError(f"HMAC algorithm {fields['algorithm']} not supported")
    return fields


def _check_dates(headers: Mapping[str, str], now: float) -> None:
    if "date" not in headers and "x-date" not in headers:
        raise HmacRefusedError(f"{UNVERIFIED}, a valid date or x-date header is required")
    # Date is deliberately not looked at: the real gateway checks the time of X-Date only.
    if "x-date" not in headers:
        return
    try:
        sent = datetime.strptime(headers["x-date"], GMT_FORMAT).replace(tzinfo=UTC)
    except ValueError as error:
        raise HmacRefusedError(
            f"{UNVERIFIED}, a valid x-date header is required for HMAC Authentication"
        ) from error
    if abs(sent.timestamp() - now) > SKEW:
        raise HmacRefusedError(f"{UNVERIFIED}, the x-date header is out of date for HMAC Authentication")
