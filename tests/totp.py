"""What an authenticator app shows: RFC 6238, written by hand so that the portal is not its own judge."""

from __future__ import annotations

import base64
import hmac
import time


def code_of(secret: str, *, at: float | None = None) -> str:
    """The six digits for a base32 secret at a time in seconds since 1970, by default now."""
    step = int((time.time() if at is None else at) // 30)
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
