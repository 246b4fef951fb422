"""The control door: lets tests make keys with chosen rights, share buckets and order trouble.

JSON from this machine only; what a web page could send is refused, and no page may read the answers.
"""

import json
import threading
from collections.abc import Callable
from urllib.parse import urlsplit
from wsgiref.types import WSGIEnvironment

from sandbox.gateway.body import GatewayError, read_json
from sandbox.gateway.orders import (
    number,
    one_of,
    only,
    read_fault,
    read_outcome,
    read_store_fault,
    text,
    whole,
)
from sandbox.gateway.trouble import Trouble
from sandbox.platform.messages import Members, RefusedError
from sandbox.store.keys import Credential, Keys
from sandbox.store.request import BUCKET_NAME
from sandbox.store.rights import FULL, PUBLIC, PolicyError, granted, policy_text
from sandbox.trouble.limit import ANYBODY
from sandbox.trouble.mishaps import HANG_SECONDS

PATH = "/_control/"
LONGEST_HOST = 60  # characters of <bucket>.cos.<region>.myqcloud.com (source: doc 436/13312)
USUAL_LOAN, LONGEST_LOAN = 1800, 36 * 3600  # seconds of a temporary key (source: doc 436/40947)
MOST_SKEW = 3650 * 86_400  # seconds
MOST_WAITING = 10_000  # calls
MOST_CALLS = 5000.0  # a second


class Control:
    """Changes `keys` and `trouble` until `stopping`; `url` is the gateway's own, `ready` the bucket of keys
    without one."""

    def __init__(
        self,
        keys: Keys,
        trouble: Trouble,
        *,
        region: str,
        url: str,
        ready: str,
        stopping: threading.Event,
    ) -> None:
        self._keys, self._trouble, self._stopping = keys, trouble, stopping
        self._region, self._ready = region, ready
        self._hosts = {f"{name}:{urlsplit(url).port}" for name in ("127.0.0.1", "localhost")}
        self._doors: dict[str, Callable[[Members], Members | None]] = {
            "keys": self._make_key,
            "keys/temporary": self._lend_key,
            "keys/rights": self._change_key,
            "keys/delete": self._forget_key,
            "buckets": self._share,
            "faults": self._order_fault,
            "outcomes": self._order_outcome,
            "store_faults": self._order_store_fault,
            "barriers/wait": self._wait,
            "barriers/open": self._open,
            "clock": self._set_clock,
            "limit": self._set_limit,
            "clear": self._clear,
        }

    def answer(self, environ: WSGIEnvironment) -> tuple[int, bytes]:
        """HTTP status and JSON of one request; a refusal is `{"message": ...}`."""
        try:
            door = self._doors.get(environ["PATH_INFO"].removeprefix(PATH))
            if door is None:
                raise GatewayError(404, f"{PATH} has only {', '.join(self._doors)}")
            self._check_origin(environ)
            status, reply = 200, door(read_json(environ)) or {}
        except GatewayError as error:
            status, reply = error.status, {"message": error.message}
        except (RefusedError, PolicyError) as error:
            status, reply = 400, {"message": str(error)}
        return status, json.dumps(reply, ensure_ascii=False).encode()

    def _check_origin(self, environ: WSGIEnvironment) -> None:
        if environ["REQUEST_METHOD"] != "POST":
            raise GatewayError(405, "the control door takes POST only")
        # A page cannot send this type elsewhere without asking first; a page of a name that was made to lead
        # here could, but names itself in Origin and Host.
        if "HTTP_ORIGIN" in environ or environ.get("HTTP_HOST") not in self._hosts:
            raise GatewayError(403, "the control door is for programs on this machine, not for web pages")
        if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != "application/json":
            raise GatewayError(415, "the control door takes application/json only")

    def _make_key(self, body: Members) -> Members:
        only(body, {"rights", "policy", "bucket"})
        bucket = self._bucket(body) if "bucket" in body else self._ready
        made = self._keys.make(bucket, rights=self._rights(body, bucket))
        return {
            "bucket": made.bucket,
            "region": self._region,
            "secretId": made.secret_id,
            "secretKey": made.secret_key,
        }

    def _change_key(self, body: Members) -> None:
        only(body, {"secretId", "rights", "policy"})
        known = self._known(body)
        self._keys.change(known.secret_id, self._rights(body, known.bucket))

    def _lend_key(self, body: Members) -> Members:
        only(body, {"secretId", "seconds", "rights", "policy"})
        maker = self._known(body)
        if maker.token:
            raise RefusedError("a temporary key makes no other")
        seconds = whole(body, "seconds", USUAL_LOAN, least=1, most=LONGEST_LOAN)
        own = {"rights", "policy"} & body.keys()
        rights = self._rights(body, maker.bucket) if own else FULL
        made = self._keys.lend(maker, rights=rights, expires=self._trouble.clock.now() + seconds)
        return {
            "bucket": made.bucket,
            "region": self._region,
            "secretId": made.secret_id,
            "secretKey": made.secret_key,
            "token": made.token,
            "expires": int(made.expires),
        }

    def _known(self, body: Members) -> Credential:
        known = self._keys.find(text(body, "secretId"))
        if known is None:
            raise GatewayError(404, "no key has this secretId")
        return known

    def _rights(self, body: Members, bucket: str) -> str:
        if ("rights" in body) == ("policy" in body):
            raise RefusedError("give either rights or policy")
        if "rights" in body:
            return granted(text(body, "rights"), bucket=bucket, region=self._region)
        if not isinstance(body["policy"], dict):
            raise RefusedError("policy must be an object")
        return policy_text(body["policy"])

    def _forget_key(self, body: Members) -> None:
        only(body, {"secretId"})
        if not self._keys.forget(text(body, "secretId")):
            raise GatewayError(404, "no key has this secretId")

    def _share(self, body: Members) -> None:
        only(body, {"bucket", "acl"})
        acl = one_of(body, "acl", PUBLIC)
        if not self._keys.share(self._bucket(body), acl):
            raise GatewayError(404, "there is no such bucket")

    def _order_fault(self, body: Members) -> None:
        self._trouble.faults.order(read_fault(body))

    def _order_outcome(self, body: Members) -> None:
        self._trouble.outcomes.order(read_outcome(body))

    def _order_store_fault(self, body: Members) -> None:
        self._trouble.store_faults.order(read_store_fault(body))

    def _wait(self, body: Members) -> Members:
        only(body, {"name", "count", "seconds"})
        name, count = text(body, "name"), whole(body, "count", 1, least=1, most=MOST_WAITING)
        seconds = number(body, "seconds", 10, most=HANG_SECONDS)
        held = self._trouble.barriers.wait(name, count=count, seconds=seconds, stopping=self._stopping)
        if held < count:
            raise GatewayError(408, f"{held} of {count} calls wait at {name} after {seconds:g} s")
        return {"waiting": held}

    def _open(self, body: Members) -> None:
        only(body, {"name"})
        self._trouble.barriers.open(text(body, "name"))

    def _set_clock(self, body: Members) -> None:
        only(body, {"skew_s"})
        if "skew_s" not in body:
            raise RefusedError("skew_s is required")
        self._trouble.clock.skew = number(body, "skew_s", 0, least=-MOST_SKEW, most=MOST_SKEW)

    def _set_limit(self, body: Members) -> None:
        only(body, {"calls_per_second", "caller"})
        if "calls_per_second" not in body:
            raise RefusedError("calls_per_second is required; 0 lifts the limit")
        per_second = number(body, "calls_per_second", 0, most=MOST_CALLS)
        self._trouble.limit.set(per_second, text(body, "caller", ANYBODY))

    def _clear(self, body: Members) -> None:
        only(body, set())
        self._trouble.forget()

    def _bucket(self, body: Members) -> str:
        name = text(body, "bucket")
        if not BUCKET_NAME.fullmatch(name):
            raise RefusedError("a bucket is named <name>-<APPID>, of a to z, 0 to 9 and -")
        if len(f"{name}.cos.{self._region}.myqcloud.com") > LONGEST_HOST:
            raise RefusedError(f"a bucket's host has at most {LONGEST_HOST} characters")
        return name
