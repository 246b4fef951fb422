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


class HmacAuth(AuthBase):
    """Adds Date, Source and Authorization to a request: hmac-sha1 over the Date and Source lines.

    The gateway checks neither body nor path, and not the age of Date (doc: gw-11819), so a captured
    Authorization stays good: treat it like a secret. `caller` is `<operateUin>_<userName>`. `date_header` may
    be X-Date, which is what browsers send (client: lab-bundle) and whose age is checked.
    """

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
        date = format_datetime(self._clock().astimezone(UTC), usegmt=True)
        request.headers[self._date_header] = date
        request.headers["Source"] = self._caller
        request.headers["Authorization"] = self._authorization(date)
        return request

    def __repr__(self) -> str:
        return f"HmacAuth(id={self._keys.secret_id!r}, caller={self._caller!r})"

    def _authorization(self, date: str) -> str:
        name = self._date_header.lower()
        signed = f"{name}: {date}\nsource: {self._caller}"
        digest = hmac.new(self._keys.secret_key.encode(), signed.encode(), hashlib.sha1).digest()
        signature = base64.b64encode(digest).decode()
        scheme = f'algorithm="hmac-sha1", headers="{name} source"'
        return f'hmac id="{self._keys.secret_id}", {scheme}, signature="{signature}"'
