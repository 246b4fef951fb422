"""How many calls travel at once: one asyncio loop, pooled connections, and the rules of `transports`."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.abc import ResolveResult
from requests.utils import get_environ_proxies, select_proxy
from yarl import URL

from tencent.causes import cause_of
from tencent.certificates import certificates
from tencent.errors import Garbled, GatewayError, Unanswered, Unreachable
from tencent.resolving import insist_on_service
from tencent.transports import CONNECT_SECONDS, MOST_BYTES, Answer, is_loopback

# Of the deadline; the rest is for the answer.
CONNECT_SHARE = 0.8
_HEADERS = {"User-Agent": "tmp-portal", "Accept": "*/*", "Accept-Encoding": "identity"}
_NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)
_TROUBLES = (aiohttp.ClientError, OSError, ValueError)


class Streaming:
    """Sends from one event loop; an async context manager. `at_once` is the most connections, 0 no limit.

    With `fresh` every call has a connection of its own, as a call that must not be repeated needs: a kept
    one may just have been dropped by the other side. Follows no redirect, keeps no cookies, asks for no
    compression, reads at most MOST_BYTES.
    """

    def __init__(self, *, at_once: int, fresh: bool = False, most_bytes: int = MOST_BYTES) -> None:
        self._at_once = at_once
        self._fresh = fresh
        self._most_bytes = most_bytes

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=self._at_once, force_close=self._fresh, ssl=certificates(), resolver=_Resolver()
        )
        # nosemgrep: call-without-timeout  (each call brings its own)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers=_HEADERS,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def send(self, url: str, body: bytes, headers: Mapping[str, str], deadline_s: float) -> Answer:
        """POSTs `body` and reads the whole answer within `deadline_s` seconds.

        Raises Unreachable when no connection came about, Unanswered when one did and no complete answer
        came, Garbled when the answer is too large.
        """
        parts = _Parts()
        if not all(map(str.isprintable, headers.values())):
            # aiohttp would say so, too, but as it says what it finds in an answer.
            raise Unreachable(cause="unfit")
        try:
            address, proxy = _way(url)
            async with self._session.post(
                address,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=_patience(deadline_s),
                proxy=proxy,
            ) as response:
                parts.http_state, parts.headers = response.status, response.headers
                parts.body = await self._read(response)
        except TimeoutError as error:
            raise self._late(parts, error) from None
        except _TROUBLES as error:
            raise self._lost(parts, error) from None
        answer = parts.answer()
        if len(answer.body) >= self._most_bytes:
            raise Garbled(cause="oversized", answer=answer)
        return answer

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        if response.content_length is not None and response.content_length < self._most_bytes:
            return await response.read()
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk[: self._most_bytes - len(body)]
            if len(body) >= self._most_bytes:
                response.close()
                break
        return bytes(body)

    def _late(self, parts: _Parts, error: Exception) -> GatewayError:
        if isinstance(error, _NEVER_SENT):
            return Unreachable(cause="connect_timeout")
        return Unanswered(cause="deadline", answer=parts.answer() if parts.http_state else None)

    def _lost(self, parts: _Parts, error: Exception) -> GatewayError:
        if isinstance(error, _NEVER_SENT):
            return Unreachable(cause=cause_of(error))
        return Unanswered(cause=cause_of(error), answer=parts.answer() if parts.http_state else None)


class _Resolver(aiohttp.ThreadedResolver):
    """Gives no address at which no service can be."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        insist_on_service(host, [each["host"] for each in found])
        return found


class _Parts:
    """What has been received so far."""

    http_state: int | None = None
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def answer(self) -> Answer:
        return Answer(http_state=self.http_state or 0, headers=self.headers, body=self.body)


@lru_cache(maxsize=64)
def _way(url: str) -> tuple[URL, str | None]:
    """`url` as aiohttp reads it, and the environment's proxy for it; no proxy to loopback."""
    if is_loopback(url):
        return URL(url), None
    proxies: dict[str, Any] = get_environ_proxies(url)
    return URL(url), select_proxy(url, proxies)


@lru_cache(maxsize=64)
def _patience(deadline_s: float) -> aiohttp.ClientTimeout:
    # Who waits in vain for a connection must learn it before the deadline: then nothing was sent.
    connect_s = CONNECT_SHARE * deadline_s
    return aiohttp.ClientTimeout(
        total=deadline_s, connect=connect_s, sock_connect=min(CONNECT_SECONDS, connect_s)
    )
