"""Names why a connection failed, in one machine word: the libraries' own texts hold URLs and stay behind."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from http.client import IncompleteRead

import aiohttp
import requests
import urllib3.exceptions as u3

from tencent.resolving import OutOfBoundsError

_CAUSES: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("not_public", (OutOfBoundsError,)),
    ("dns", (u3.NameResolutionError, socket.gaierror)),
    ("tls", (u3.SSLError, ssl.SSLError, requests.exceptions.SSLError)),
    ("proxy", (u3.ProxyError, requests.exceptions.ProxyError, aiohttp.ClientHttpProxyError)),
    ("refused", (ConnectionRefusedError,)),
    ("no_route", (u3.NewConnectionError,)),
    ("connect_timeout", (u3.ConnectTimeoutError,)),
    ("timeout", (u3.ReadTimeoutError, TimeoutError)),
    ("undecodable", (u3.DecodeError, requests.exceptions.ContentDecodingError)),
    ("cut", (IncompleteRead, requests.exceptions.ChunkedEncodingError, aiohttp.ClientPayloadError)),
    ("reset", (u3.ProtocolError, ConnectionError, aiohttp.ServerDisconnectedError)),
    ("unfit", (ValueError, u3.LocationValueError)),
    ("network", (OSError, u3.HTTPError)),
)


def cause_of(error: BaseException) -> str:
    """not_public, dns, tls, proxy, refused, no_route, connect_timeout, timeout, undecodable, cut, reset,
    unfit (to be sent at all), network, or unknown for what never had to do with one."""
    chain = list(_chain(error))
    for word, kinds in _CAUSES:
        if any(isinstance(link, kinds) for link in chain):
            return word
    return "unknown"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        link = waiting.pop()
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [*link.args, getattr(link, "reason", None), link.__cause__, link.__context__]
