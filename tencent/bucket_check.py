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
from tencent.region_search import HOSTS, find_region
from tencent.transports import outside

if TYPE_CHECKING:
    from tencent.bucket import Bucket

SKEW_WARNS_S = 60
SKEW_FAILS_S = 300
NEEDED = frozenset({"list", "clock", "put", "get", "region"})
CheckState = Literal["ok", "warn", "failed", "skipped", "forbidden"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One step. `detail` holds facts such as `skew_s`, `http_state`, `message` (the store's own words)."""

    key: str
    state: CheckState
    detail: dict[str, Any] = field(default_factory=dict)
    code: str = ""


Step = tuple[CheckState, dict[str, Any], str]
OK: Step = ("ok", {}, "")


def check_bucket(
    bucket: Bucket, prefix: str = ".portal-probe/", *, origin: str = "", hosts: str = ""
) -> Iterator[Check]:
    """Yields list, clock, put, get, region, delete, cors, acl and multipart, in this order and as they come.

    Only a step in NEEDED can be `failed`, and after it the rest is `skipped`. The others are nice to have: a
    refusal for want of rights is `forbidden`, any other trouble `warn`. So is a region that cannot be seen.
    One probe object is written under `prefix` and removed whatever happens, as far as the keys may. `origin`
    is the portal's own, for the CORS rules. A bucket that is not where it should be is looked for at `hosts`
    (see find_region), unless it has an address of its own.
    """
    probe = _Probe(bucket, prefix, origin=origin, hosts=hosts or (HOSTS if bucket.is_by_name else ""))
    try:
        yield from probe.checks()
    finally:
        probe.clean_up()


def refusal_facts(error: BucketError) -> dict[str, Any]:
    """What a failed step tells of its error."""
    facts = {"message": error.message, "http_state": error.http_state}
    return {name: value for name, value in facts.items() if value not in ("", None)}


class _Probe:
    def __init__(self, bucket: Bucket, prefix: str, *, origin: str, hosts: str) -> None:
        self.bucket = bucket
        self.prefix = prefix
        self.origin = origin
        self.hosts = hosts
        self.key = f"{prefix}{uuid.uuid4()}"
        self.content = self.key.encode()
        self.written = False

    def checks(self) -> Iterator[Check]:
        steps: dict[str, Callable[[], Step]] = {
            "list": self.list,
            "clock": self.clock,
            "put": self.put,
            "get": self.get,
            "region": self.region,
            "delete": self.delete,
            "cors": self.cors,
            "acl": self.acl,
            "multipart": self.multipart,
        }
        failed = False
        for key, step in steps.items():
            check = Check(key=key, state="skipped") if failed else self._run(key, step)
            failed = failed or check.state == "failed"
            yield check

    def clean_up(self) -> None:
        """Removes the probe if it may still be there."""
        if self.written:
            with suppress(BucketError):
                self.bucket.delete(self.key)

    def _run(self, key: str, step: Callable[[], Step]) -> Check:
        try:
            state, detail, code = step()
        except BucketError as error:
            state, detail, code = self._troubled(key, error)
        return Check(key=key, state=state, detail=detail, code=code)

    def _troubled(self, key: str, error: BucketError) -> Step:
        detail = refusal_facts(error)
        if key in NEEDED - {"region"}:
            skew = self.bucket.clock_skew_s
            return "failed", detail if skew is None else {**detail, "skew_s": skew}, error.code
        if key == "delete":
            detail["key"] = self.key
        return "forbidden" if error.is_forbidden else "warn", detail, error.code

    def list(self) -> Step:
        """Listing, not HEAD: an answer to HEAD hides the error code."""
        try:
            self.bucket.list(prefix=self.prefix, limit=1)
        except BucketError as error:
            if not self.hosts or error.code not in ("NoSuchBucket", "dns"):
                raise
            region = find_region(self.bucket.name, besides=self.bucket.region, hosts=self.hosts)
            if not region:
                raise
            return "failed", {**refusal_facts(error), "region": region}, "other_region"
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

    def region(self) -> Step:
        """TMP is told the region that was typed, so a wrong one must not pass."""
        told = self.bucket.region_told()
        if not told:
            return "forbidden", {}, "no_region"
        if told != self.bucket.region:
            return "failed", {"region": told}, "other_region"
        return "ok", {"region": told}, ""

    def delete(self) -> Step:
        self.bucket.delete(self.key)
        self.written = False
        return OK

    def cors(self) -> Step:
        rules = self.bucket.cors()
        if not rules:
            return "warn", {"rules": 0}, "no_rules"
        if self.origin and not allows(rules, self.origin):
            return "warn", {"rules": len(rules)}, "origin_not_allowed"
        return "ok", {"rules": len(rules)}, ""

    def acl(self) -> Step:
        exposure = self.bucket.exposure()
        return OK if exposure == "private" else ("warn", {}, exposure)

    def multipart(self) -> Step:
        return "ok", {"uploads": len(self.bucket.list_uploads(self.prefix))}, ""


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
