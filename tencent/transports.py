"""How a call travels: one request, no retry, no redirect, a size cap, a deadline no drip can outlast."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection

from tencent.causes import cause_of
from tencent.errors import Garbled, Unanswered, Unreachable

MOST_BYTES = 4 * 1024 * 1024
CONNECT_SECONDS = 10.0
# By so much the socket's own patience outlasts the deadline, which so is always the one to end a call.
BACKSTOP_SECONDS = 1.0
CHUNK_BYTES = 64 * 1024
_TROUBLES = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, whatever it means: header names in lower case, the body not yet scrubbed."""

    http_state: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @cached_property
    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode("utf-8-sig", "replace")


class Transport(Protocol):
    """Anything that can carry a POST to the gateway."""

    def send(
        self, url: str, body: bytes, headers: Mapping[str, str], auth: AuthBase | None, deadline_s: float
    ) -> Answer:
        """The answer, or Unreachable, Unanswered or Garbled."""
        ...


class Blocking:
    """Sends over one `requests` session; safe to share between threads.

    A request with `Connection: close` always gets a connection of its own: a kept one may just have been
    dropped by the other side, which would make an ambiguous failure out of nothing.
    """

    def __init__(self, *, most_bytes: int = MOST_BYTES, connect_s: float = CONNECT_SECONDS) -> None:
        self._most_bytes = most_bytes
        self._connect_s = connect_s
        self._session = requests.Session()
        harden(self._session, _FollowedAdapter(pool_connections=8, pool_maxsize=32))

    def send(
        self, url: str, body: bytes, headers: Mapping[str, str], auth: AuthBase | None, deadline_s: float
    ) -> Answer:
        """POSTs `body` and reads the whole answer within `deadline_s` seconds of now.

        Raises Unreachable when no byte of the request was written, Unanswered when one was and no complete
        answer came, Garbled when the answer is too large or cannot be decompressed.
        """
        call = _Call(fresh=headers.get("Connection") == "close")
        watchdog = threading.Timer(deadline_s, call.expire)
        watchdog.daemon = True
        _local.call = call
        watchdog.start()
        parts = _Parts()
        try:
            cause = self._exchange(
                parts, url=url, body=body, headers=headers, auth=auth, deadline_s=deadline_s
            )
        finally:
            watchdog.cancel()
            call.close()
            del _local.call
        return self._verdict(parts, call, cause)

    def close(self) -> None:
        """Closes idle connections."""
        self._session.close()

    def _exchange(
        self,
        parts: _Parts,
        *,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        auth: AuthBase | None,
        deadline_s: float,
    ) -> str:
        """Fills `parts`; says in one word what went wrong, "" when nothing did. An error of the library would
        carry the request, keys included, so none leaves here."""
        try:
            with self._session.post(
                url,
                data=body,
                headers=dict(headers),
                auth=auth,
                timeout=(min(self._connect_s, deadline_s), deadline_s + BACKSTOP_SECONDS),
                allow_redirects=False,
                stream=True,
                **outside(url),
            ) as response:
                parts.http_state = response.status_code
                parts.headers = {name.lower(): value for name, value in response.headers.items()}
                # read1 hands over what has arrived; a fixed-size read would lose the half of half an answer
                while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
                    parts.body += chunk[: self._most_bytes - len(parts.body)]
                    if len(parts.body) >= self._most_bytes:
                        return "oversized"
        except _TROUBLES as error:
            return cause_of(error)
        return ""

    def _verdict(self, parts: _Parts, call: _Call, cause: str) -> Answer:
        if not call.sent and parts.http_state is None:
            raise Unreachable(cause="connect_timeout" if call.expired else cause)
        if parts.http_state is None:
            raise Unanswered(cause="deadline" if call.expired else cause)
        answer = Answer(http_state=parts.http_state, headers=parts.headers, body=bytes(parts.body))
        if cause in ("oversized", "undecodable"):
            raise Garbled(cause=cause, answer=answer)
        if call.expired or cause:
            raise Unanswered(cause="deadline" if call.expired else cause, answer=answer)
        return answer


def shared() -> Blocking:
    """The process's own transport, so that connections outlive a Gateway; a forked child makes its own."""
    return _shared_by(os.getpid())


@lru_cache(maxsize=1)
def _shared_by(_pid: int) -> Blocking:
    return Blocking()


def harden(session: requests.Session, adapter: HTTPAdapter) -> None:
    """Makes a session keep no cookies, read no .netrc and ask for no compression."""
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.clear()
    session.headers.update({"User-Agent": "tmp-portal", "Accept": "*/*", "Accept-Encoding": "identity"})
    session.mount("http://", adapter)
    session.mount("https://", adapter)


def outside(url: str) -> dict[str, Any]:
    """Proxies and certificate bundle of the environment for `url`, as `requests` takes them; no proxy to
    loopback."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    return {"verify": bundle, "proxies": {} if is_loopback(url) else get_environ_proxies(url)}


def is_loopback(url: str) -> bool:
    """Whether the URL's host is written as this very machine."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or host.endswith(".localhost") or ip_address(host).is_loopback
    except ValueError:
        return False


class _Parts:
    """What has been received so far."""

    def __init__(self) -> None:
        self.http_state: int | None = None
        self.headers: dict[str, str] = {}
        self.body = bytearray()


class _Call:
    """One request as the watchdog sees it. It holds a second handle on the socket, since the first changes
    hands (TLS, tunnel) and closing it would not wake a thread that reads from it; shutting the connection
    down does."""

    def __init__(self, *, fresh: bool) -> None:
        self.fresh = fresh
        self.sent = False
        self.expired = False
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()

    def follow(self, sock: socket.socket) -> None:
        with self._lock:
            if self._handle is not None:
                self._handle.close()
            self._handle = socket.socket(fileno=os.dup(sock.fileno()))
        if self.expired:
            self.expire()

    def sending(self) -> None:
        if self.expired:
            raise TimeoutError
        self.sent = True

    def expire(self) -> None:
        with self._lock:
            self.expired = True
            if self._handle is not None:
                with suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None


class _Local(threading.local):
    call: _Call


_local = _Local()


class _Followed(HTTPConnection):
    """Tells the current call which socket it uses and when its first byte leaves; a proxy's tunnel is not
    ours."""

    _opening = False

    def connect(self) -> None:
        self._opening = True
        try:
            super().connect()
        finally:
            self._opening = False

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        _local.call.follow(sock)
        return sock

    def send(self, data: Any) -> None:
        if not self._opening:
            if self.sock is None:
                self.connect()
            if not _local.call.sent:
                _local.call.follow(self.sock)
                _local.call.sending()
        super().send(data)

    @property
    def is_connected(self) -> bool:
        return not _local.call.fresh and super().is_connected


class _FollowedTLS(_Followed, HTTPSConnection):
    """The same over TLS."""


class _FollowedAdapter(HTTPAdapter):
    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _FollowedTLS if pool.scheme == "https" else _Followed
        return pool
