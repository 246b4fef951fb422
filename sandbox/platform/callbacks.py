"""Tells a caller that its job has ended, on loopback addresses only."""

import http.client
import ipaddress
import json
import logging
import threading
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import SplitResult, urlencode, urlsplit

from sandbox.assumptions import CALLBACK_TRIES
from sandbox.dialects import Dialect
from sandbox.platform.refusing import Members

log = logging.getLogger("sandbox.callback")

SECONDS = 10


def deliverable(url: str) -> bool:
    """Whether the URL is plain http to this very machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
        return parts.scheme == "http" and local and parts.port != 0
    except ValueError:
        return False


@dataclass(frozen=True, kw_only=True)
class Callback:
    """One call to a caller's address, ready to be made."""

    url: SplitResult
    method: str
    body: bytes
    content_type: str


def call_of(url: str, job: Members, dialect: Dialect) -> Callback:
    """How the dialect tells `job`, a Job object, to whoever listens at `url`."""
    parts, method = urlsplit(url), dialect["callback-method"].upper()
    plain = urlencode([(name, str(job[name])) for name in ("id", "state", "customId") if name in job])
    if method == "GET":
        query = "&".join(filter(None, (parts.query, plain)))
        return Callback(url=parts._replace(query=query), method=method, body=b"", content_type="")
    if dialect["callback"] == "form":
        kind = "application/x-www-form-urlencoded"
        return Callback(url=parts, method=method, body=plain.encode(), content_type=kind)
    bodies: dict[str, Members | None] = {
        "get-job-response": {"getJobResponse": {"job": job}},
        "create-job-response": {"createJobResponse": {"job": job}},
        "job": {"job": job},
        "bare": job,
        "empty": None,
    }
    told = bodies[dialect["callback"]]
    body = b"" if told is None else json.dumps(told, ensure_ascii=False).encode()
    return Callback(url=parts, method=method, body=body, content_type="application/json")


def deliver(call: Callback, *, stopping: threading.Event) -> None:
    """Make the call in the background; 2xx is taken, anything else is tried again a little later."""
    threading.Thread(target=_try, args=(call, stopping), daemon=True).start()


def _try(call: Callback, stopping: threading.Event) -> None:
    for attempt in range(CALLBACK_TRIES):
        if _taken(call) or stopping.wait(2**attempt):
            return
    log.warning("nobody took a callback at %s:%s", call.url.hostname, call.url.port)


def _taken(call: Callback) -> bool:
    url = call.url
    path = (url.path or "/") + ("?" + url.query if url.query else "")
    headers = {"Content-Type": call.content_type} if call.content_type else {}
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=SECONDS)
    with closing(connection):
        try:
            connection.request(call.method, path, call.body or None, headers)
            return 200 <= connection.getresponse().status < 300
        except (OSError, ValueError, http.client.HTTPException):
            return False
