"""Tries a bucket before it is trusted with a registration: each step a fact, no sentence."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import requests

from tencent.bucket_door import door, errors_mapped
from tencent.errors import BucketError
from tencent.transports import outside

if TYPE_CHECKING:
    from tencent.bucket import Bucket

SKEW_WARNS_S = 60
SKEW_FAILS_S = 300
CheckState = Literal["ok", "warn", "failed", "skipped"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One step. `detail` holds facts such as `skew_s`, `http_state`, `message` (the store's own words)."""

    key: str
    state: CheckState
    detail: dict[str, Any] = field(default_factory=dict)
    code: str = ""


Step = tuple[CheckState, dict[str, Any], str]
OK: Step = ("ok", {}, "")


def check_bucket(bucket: Bucket, prefix: str = ".portal-probe/", *, origin: str = "") -> list[Check]:
    """Runs list, clock, put, get, delete and cors, in this order; after a failure the rest is skipped.

    One probe object is written under `prefix` and removed whatever happens. `origin` is the portal's own, for
    the CORS rules; cors never fails, since bucket keys seldom may read them.
    """
    return list(_Probe(bucket, prefix, origin).checks())


class _Probe:
    def __init__(self, bucket: Bucket, prefix: str, origin: str) -> None:
        self.bucket = bucket
        self.prefix = prefix
        self.origin = origin
        self.key = f"{prefix}{uuid.uuid4()}"
        self.content = self.key.encode()
        self.written = False

    def checks(self) -> Iterator[Check]:
        steps: dict[str, Callable[[], Step]] = {
            "list": self.list,
            "clock": self.clock,
            "put": self.put,
            "get": self.get,
            "delete": self.delete,
            "cors": self.cors,
        }
        failed = False
        for key, step in steps.items():
            check = Check(key=key, state="skipped") if failed else self._run(key, step)
            failed = failed or check.state == "failed"
            yield check
        if self.written:
            with suppress(BucketError):
                self.bucket.delete(self.key)

    def _run(self, key: str, step: Callable[[], Step]) -> Check:
        try:
            state, detail, code = step()
        except BucketError as error:
            facts = {
                "message": error.message,
                "http_state": error.http_state,
                "skew_s": self.bucket.clock_skew_s,
            }
            detail = {name: value for name, value in facts.items() if value not in ("", None)}
            state, code = "failed", error.code
        return Check(key=key, state=state, detail=detail, code=code)

    def list(self) -> Step:
        """Listing, not HEAD: an answer to HEAD hides the error code."""
        self.bucket.list(prefix=self.prefix, limit=1)
        return OK

    def clock(self) -> Step:
        skew = self.bucket.clock_skew_s
        if skew is None:
            return "warn", {}, "no_date"
        state: CheckState = "ok"
        if abs(skew) > SKEW_WARNS_S:
            state = "failed" if abs(skew) > SKEW_FAILS_S else "warn"
        return state, {"skew_s": skew}, "" if state == "ok" else "clock"

    def put(self) -> Step:
        self.written = True
        self.bucket.put(self.key, self.content, "text/plain")
        return OK

    def get(self) -> Step:
        if self.bucket.read(self.key, 10_000) != self.content:
            return "failed", {}, "different"
        url = self.bucket.signed_url(self.key)
        with errors_mapped():
            answer = door().get(url, timeout=20, allow_redirects=False, **outside(url))
        if answer.status_code != requests.codes.ok or answer.content != self.content:
            return "warn", {"http_state": answer.status_code}, "signed_url"
        return OK

    def delete(self) -> Step:
        self.bucket.delete(self.key)
        self.written = False
        return OK

    def cors(self) -> Step:
        try:
            rules = self.bucket.cors()
        except BucketError as error:
            return "warn", {"message": error.message}, error.code
        if not rules:
            return "warn", {"rules": 0}, "no_rules"
        if self.origin and not allows(rules, self.origin):
            return "warn", {"rules": len(rules)}, "origin_not_allowed"
        return "ok", {"rules": len(rules)}, ""


def allows(rules: list[dict[str, Any]], origin: str, methods: tuple[str, ...] = ("GET", "PUT")) -> bool:
    """Whether COS would let pages of `origin` use `methods`: the first rule naming origin and method
    decides."""
    return all(
        any(_matches(rule, origin) and method in rule.get("AllowedMethod", ()) for rule in rules)
        for method in methods
    )


def _matches(rule: dict[str, Any], origin: str) -> bool:
    for allowed in rule.get("AllowedOrigin", ()):
        head, star, tail = str(allowed).partition("*")
        if origin == allowed or (star and origin.startswith(head) and origin.endswith(tail)):
            return True
    return False
