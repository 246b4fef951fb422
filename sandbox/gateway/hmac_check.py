"""Checks the API gateway's key-pair HMAC, in the order of tmp-protocol section 6.2 (assumed)."""

import base64
import hmac
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.dialects import STANDARD, Dialect
from sandbox.gateway.hmac_rows import HmacRefusedError

GMT_FORMAT = "%a, %d %b %Y %H:%M:%S GMT"
ALGORITHMS = ("hmac-sha1", "hmac-sha256", "hmac-sha384", "hmac-sha512")
PARAMETER = r'(\w+)="([^"]*)"'


@dataclass(frozen=True, kw_only=True)
class HmacCheck:
    """Knows the keys: `key_of` gives an id's, None for an id that nobody has."""

    key_of: Callable[[str], str | None]
    dialect: Dialect = STANDARD

    def verified_id(self, headers: Mapping[str, str], *, repeated: Container[str], now: float) -> str:
        """The gateway id whose key signed these headers (lower-cased names). Raises HmacRefusedError.

        `repeated` are header names sent more than once, `now` is in seconds.
        """
        fields = self._fields(headers.get("authorization"))
        self._check_dates(headers, now)
        lines = []
        for name in fields["headers"].split():
            if name.lower() not in headers:
                raise self._refused("no header", name)
            if name.lower() in repeated:
                raise self._refused("repeated")
            lines.append(f"{name.lower()}: {headers[name.lower()]}")
        key = self.key_of(fields["id"])
        if key is None:
            raise self._refused("unknown id")
        # The server reads headers as Latin-1, so this gives back the bytes that were sent.
        text = "\n".join(lines).encode("latin-1")
        digest = hmac.new(key.encode(), text, fields["algorithm"].removeprefix("hmac-")).digest()
        if not hmac.compare_digest(base64.b64encode(digest), fields["signature"].encode("latin-1")):
            raise self._refused("other signature")
        return fields["id"]

    def _fields(self, authorization: str | None) -> dict[str, str]:
        if not authorization:
            raise self._refused("no authorization")
        scheme, _, rest = authorization.strip().partition(" ")
        if scheme.lower() != "hmac" or not re.fullmatch(rf"\s*{PARAMETER}(\s*,\s*{PARAMETER})*\s*", rest):
            raise self._refused("unparsable")
        fields = dict(re.findall(PARAMETER, rest))
        if not fields.get("id") or not fields.get("signature"):
            raise self._refused("no id")
        if not fields.get("algorithm") or not fields.get("headers"):
            raise self._refused("too few")
        if fields["algorithm"] not in ALGORITHMS:
            raise self._refused("algorithm", fields["algorithm"])
        return fields

    def _check_dates(self, headers: Mapping[str, str], now: float) -> None:
        if "date" not in headers and "x-date" not in headers:
            raise self._refused("no date")
        if "x-date" not in headers and self.dialect["dates"] == "x-date-only":
            raise self._refused("bad date", "x-date")
        for name in ("x-date", *(("date",) if self.dialect["date-age"] == "checked" else ())):
            if name in headers:
                self._check_age(name, headers[name], now)

    def _check_age(self, name: str, value: str, now: float) -> None:
        try:
            sent = datetime.strptime(value, GMT_FORMAT).replace(tzinfo=UTC)
        except ValueError as error:
            raise self._refused("bad date", name) from error
        if abs(sent.timestamp() - now) > int(self.dialect["x-date-age"]):
            raise self._refused("old date", name)

    def _refused(self, row: str, name: str = "") -> HmacRefusedError:
        return HmacRefusedError(row, self.dialect, name=name)
