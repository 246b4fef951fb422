"""The control door: lets tests make keys with chosen rights, share buckets and order mishaps.

JSON from this machine only; what a web page could send is refused, and no page may read the answers.
"""

import json
from collections.abc import Callable, Set
from dataclasses import fields
from urllib.parse import urlsplit
from wsgiref.types import WSGIEnvironment

from sandbox.faults import ACTIONS, HANG_SECONDS, KINDS, Fault, Faults
from sandbox.gateway_body import GatewayError, read_json
from sandbox.messages import Members, RefusedError
from sandbox.rights import PUBLIC, PolicyError, checked
from sandbox.store_keys import Keys
from sandbox.store_request import BUCKET_NAME

PATH = "/_control/"
LONGEST_HOST = 60  # characters of <bucket>.cos.<region>.myqcloud.com (source: doc 436/13312)
LONGEST_TEXT = 500  # characters
MOST_TIMES = 1000


class Control:
    """Changes `keys` and `faults`; `url` is the gateway's own, `ready` the bucket of keys without one."""

    def __init__(self, keys: Keys, faults: Faults, *, region: str, url: str, ready: str) -> None:
        self._keys, self._faults = keys, faults
        self._region, self._ready = region, ready
        self._hosts = {f"{name}:{urlsplit(url).port}" for name in ("127.0.0.1", "localhost")}
        self._doors: dict[str, Callable[[Members], Members]] = {
            "keys": self._make_key,
            "keys/delete": self._forget_key,
            "buckets": self._share,
            "faults": self._order,
        }

    def answer(self, environ: WSGIEnvironment) -> tuple[int, bytes]:
        """HTTP status and JSON of one request; a refusal is `{"message": ...}`."""
        try:
            door = self._doors.get(environ["PATH_INFO"].removeprefix(PATH))
            if door is None:
                raise GatewayError(404, f"{PATH} has only {', '.join(self._doors)}")
            self._check_origin(environ)
            status, reply = 200, door(read_json(environ))
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
        _only(body, {"rights", "policy", "bucket"})
        if ("rights" in body) == ("policy" in body):
            raise RefusedError("give either rights or policy")
        if "rights" in body:
            rights = checked(_text(body, "rights"))
        elif isinstance(body["policy"], dict):
            rights = checked(body["policy"])
        else:
            raise RefusedError("policy must be an object")
        made = self._keys.make(self._bucket(body) if "bucket" in body else self._ready, rights=rights)
        return {
            "bucket": made.bucket,
            "region": self._region,
            "secretId": made.secret_id,
            "secretKey": made.secret_key,
        }

    def _forget_key(self, body: Members) -> Members:
        _only(body, {"secretId"})
        if not self._keys.forget(_text(body, "secretId")):
            raise GatewayError(404, "no key has this secretId")
        return {}

    def _share(self, body: Members) -> Members:
        _only(body, {"bucket", "acl"})
        acl = _text(body, "acl")
        if acl not in PUBLIC:
            raise RefusedError(f"acl is one of {', '.join(PUBLIC)}")
        if not self._keys.share(self._bucket(body), acl):
            raise GatewayError(404, "there is no such bucket")
        return {}

    def _order(self, body: Members) -> Members:
        _only(body, {"fault"} | {field.name for field in fields(Fault)} - {"kind"})
        kind, action = _text(body, "fault"), _text(body, "action", "Register")
        if kind not in KINDS or action not in ACTIONS:
            raise RefusedError(f"fault is one of {', '.join(KINDS)}; action is one of {', '.join(ACTIONS)}")
        seconds = _number(body, "seconds", 0, most=HANG_SECONDS)
        if (kind == "slow") != (seconds > 0):
            raise RefusedError("slow needs seconds, and nothing else has them")
        times = _number(body, "times", 1, most=MOST_TIMES)
        if times < 1 or times != int(times):
            raise RefusedError(f"times is a whole number from 1 to {MOST_TIMES}")
        caller, message = _text(body, "caller", ""), _text(body, "message", "")
        fault = Fault(
            kind=kind, action=action, caller=caller, times=int(times), message=message, seconds=seconds
        )
        self._faults.order(fault)
        return {}

    def _bucket(self, body: Members) -> str:
        name = _text(body, "bucket")
        if not BUCKET_NAME.fullmatch(name):
            raise RefusedError("a bucket is named <name>-<APPID>, of a to z, 0 to 9 and -")
        if len(f"{name}.cos.{self._region}.myqcloud.com") > LONGEST_HOST:
            raise RefusedError(f"a bucket's host has at most {LONGEST_HOST} characters")
        return name


def _only(body: Members, known: Set[str]) -> None:
    if unknown := sorted(set(body) - known):
        raise RefusedError(f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}")


def _text(body: Members, name: str, default: object = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise RefusedError(f"{name} must be a string of at most {LONGEST_TEXT} characters")
    return value


def _number(body: Members, name: str, default: float, *, most: float) -> float:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise RefusedError(f"{name} must be a number up to {most:g}")
    return value
