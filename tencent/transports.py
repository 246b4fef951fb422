"""How a call travels: one request, no retry, no redirect, a size cap, a deadline no drip can outlast."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies

from tencent.causes import cause_of
from tencent.deadlines import Call, FollowingAdapter, watched
from tencent.errors import Garbled, Unanswered, Unreachable
from tencent.resolving import is_this_machine

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
        harden(self._session, FollowingAdapter(pool_connections=8, pool_maxsize=32))

    def send(
        self, url: str, body: bytes, headers: Mapping[str, str], auth: AuthBase | None, deadline_s: float
    ) -> Answer:
        """POSTs `body` and reads the whole answer within `deadline_s` seconds of now.

        Raises Unreachable when no byte of the request was written, Unanswered when one was and no complete
        answer came, Garbled when the answer is too large or cannot be decompressed.
        """
        parts = _Parts()
        with watched(deadline_s, fresh=headers.get("Connection") == "close") as call:
            cause = self._exchange(
                parts, url=url, body=body, headers=headers, auth=auth, deadline_s=deadline_s
            )
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

    def _verdict(self, parts: _Parts, call: Call, cause: str) -> Answer:
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
        return is_this_machine(urlsplit(url).hostname or "")
    except ValueError:
        return False


class _Parts:
    """What has been received so far."""

    def __init__(self) -> None:
        self.http_state: int | None = None
        self.headers: dict[str, str] = {}
        self.body = bytearray()
