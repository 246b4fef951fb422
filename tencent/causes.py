"""Names why a connection failed in one machine word; the libraries' own texts hold URLs and are never passed
on."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions as u3

_CAUSES: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("dns", (u3.NameResolutionError,)),
    ("tls", (u3.SSLError, ssl.SSLError, requests.exceptions.SSLError)),
    ("proxy", (u3.ProxyError, requests.exceptions.ProxyError)),
    ("connect_timeout", (u3.ConnectTimeoutError,)),
    ("refused", (ConnectionRefusedError,)),
    ("timeout", (u3.ReadTimeoutError, TimeoutError)),
    ("undecodable", (u3.DecodeError, requests.exceptions.ContentDecodingError)),
    ("cut", (u3.IncompleteRead, requests.exceptions.ChunkedEncodingError)),
    ("reset", (u3.ProtocolError, ConnectionError)),
    ("unfit", (ValueError, u3.LocationValueError)),
)


def cause_of(error: BaseException) -> str:
    """dns, tls, proxy, connect_timeout, refused, timeout, undecodable, cut, reset, unfit (not fit to be
    sent), or network when nothing better is known."""
    chain = list(_chain(error))
    for word, kinds in _CAUSES:
        if any(isinstance(link, kinds) for link in chain):
            return word
    return "network"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        link = waiting.pop()
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [*link.args, getattr(link, "reason", None), link.__cause__, link.__context__]
