"""Tells a caller that its job has ended, on loopback addresses only."""

import http.client
import ipaddress
import json
import logging
import threading
from contextlib import closing
from urllib.parse import SplitResult, urlsplit

from sandbox.assumptions import CALLBACK_TRIES

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


def deliver(url: str, body: dict[str, object], *, stopping: threading.Event) -> None:
    """POST the body in the background; 2xx is taken, anything else is tried again a little later."""
    data = json.dumps(body, ensure_ascii=False).encode()
    threading.Thread(target=_try, args=(urlsplit(url), data, stopping), daemon=True).start()


def _try(url: SplitResult, data: bytes, stopping: threading.Event) -> None:
    for attempt in range(CALLBACK_TRIES):
        if _posted(url, data) or stopping.wait(2**attempt):
            return
    log.warning("nobody took a callback at %s:%s", url.hostname, url.port)


def _posted(url: SplitResult, data: bytes) -> bool:
    path = (url.path or "/") + ("?" + url.query if url.query else "")
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=SECONDS)
    with closing(connection):
        try:
            connection.request("POST", path, data, {"Content-Type": "application/json"})
            return 200 <= connection.getresponse().status < 300
        except (OSError, ValueError, http.client.HTTPException):
            return False
