"""The rows of the gateway's error tables about signatures: what it says, and with which HTTP status.

Source: tmp-protocol section 6.2. `A` is the page of HTTP error codes (doc: gw-31717), `B` the instructions
for signatures (doc: gw-35260), and a newer sibling of B moved one row.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.dialects import Dialect

UNVERIFIED = "HMAC signature cannot be verified"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One situation. Where B has no words or status of its own, A's hold, and the other way round."""

    a: str
    b: str = ""
    status_b: int = 401
    status_b_new: int = 401


ROWS: Mapping[str, Row] = {
    "no authorization": Row(a=f"{UNVERIFIED}, a validate authorization header is required"),
    "unparsable": Row(
        a="HMAC authorization format error",
        b="authorization headers is invalidate",
        status_b=403,
        status_b_new=403,
    ),
    "too few": Row(a="HMAC authorization headers is invalidate"),
    "no id": Row(
        a="HMAC id or signature missing", b="id or signature missing", status_b=403, status_b_new=403
    ),
    "algorithm": Row(a="HMAC algorithm {name} not supported"),
    "no date": Row(
        a=f"{UNVERIFIED}, a valid date or x-date header is required",
        b=f"{UNVERIFIED}, a valid date header is required",
        status_b=403,
        status_b_new=403,
    ),
    "bad date": Row(a=f"{UNVERIFIED}, a valid {{name}} header is required for HMAC Authentication"),
    "old date": Row(a=f"{UNVERIFIED}, the {{name}} header is out of date for HMAC Authentication"),
    "no header": Row(a=f"{UNVERIFIED}, a valid {{name}} header is required", status_b=403, status_b_new=403),
    "repeated": Row(a="HMAC do not support multiple HTTP header"),
    "unknown id": Row(a=UNVERIFIED, status_b=403),
    "other signature": Row(a="HMAC signature does not match", status_b=403, status_b_new=403),
}


class HmacRefusedError(Exception):
    """The gateway does not let the call through; `status` and the text are the gateway's own."""

    def __init__(self, row: str, dialect: Dialect, *, name: str = "") -> None:
        found = ROWS[row]
        words = found.b if found.b and dialect["refusal-texts"] == "table-b" else found.a
        stop = "." if dialect["refusal-stop"] == "full-stop" else ""
        super().__init__(words.format(name=name) + stop)
        statuses = {"table-a": 401, "table-b": found.status_b, "table-b-new": found.status_b_new}
        self.status = statuses[dialect["refusal-status"]]
