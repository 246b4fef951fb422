"""Signs gateway calls with the API gateway's key pair, as the seed's demo and page 628/11819 do."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

import requests
from requests.auth import AuthBase

from tencent.keys import GatewayKeys


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def signed_headers(
    keys: GatewayKeys, caller: str, moment: datetime, *, date_header: str = "Date"
) -> dict[str, str]:
    """Date, Source and Authorization for a call at `moment`: hmac-sha1 over the Date and Source lines.

    The gateway checks neither body nor path, and not the age of Date (doc: gw-11819), so a captured
    Authorization stays good: treat it like a secret. `caller` is `<operateUin>_<userName>`. `date_header` may
    be X-Date, which is what browsers send (client: lab-bundle) and whose age is checked.
    """
    date = format_datetime(moment.astimezone(UTC), usegmt=True)
    name = date_header.lower()
    signed = f"{name}: {date}\nsource: {caller}"
    digest = hmac.new(keys.secret_key.encode(), signed.encode(), hashlib.sha1).digest()
    signature = base64.b64encode(digest).decode()
    scheme = f'algorithm="hmac-sha1", headers="{name} source"'
    return {
        date_header: date,
        "Source": caller,
        "Authorization": f'hmac id="{keys.secret_id}", {scheme}, signature="{signature}"',
    }


class HmacAuth(AuthBase):
    """Signs a request with `signed_headers` at the moment that `clock` tells."""

    def __init__(
        self,
        keys: GatewayKeys,
        caller: str,
        *,
        clock: Callable[[], datetime] = utc_now,
        date_header: str = "Date",
    ) -> None:
        self._keys = keys
        self._caller = caller
        self._clock = clock
        self._date_header = date_header

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(
            signed_headers(self._keys, self._caller, self._clock(), date_header=self._date_header)
        )
        return request

    def __repr__(self) -> str:
        return f"HmacAuth(id={self._keys.secret_id!r}, caller={self._caller!r})"
