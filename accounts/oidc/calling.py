"""Calls to the issuer: bounded in time and size, never redirected, https but on this machine."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings

from tencent.deadlines import FollowingAdapter, watched

SECONDS = 10.0
MOST_BYTES = 512 * 1024
CHUNK_BYTES = 16 * 1024


class Refused(requests.RequestException):
    """The call was not made, or its answer is not what a call is worth; the message names no secret."""


class BoundedSession(requests.Session):
    """What allauth asks the issuer with. The issuer is the operator's choice, so that its addresses may be
    those of a local network; the addresses it names itself must be https all the same."""

    def __init__(self) -> None:
        super().__init__()
        # No proxy and no .netrc: nobody but the issuer is spoken to.
        self.trust_env = False
        adapter = FollowingAdapter(max_retries=0)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """The whole answer within SECONDS and MOST_BYTES. Raises RequestException."""
        insist_on_safe(str(url))
        kwargs |= {"allow_redirects": False, "stream": True, "timeout": SECONDS}
        with watched(SECONDS, fresh=True) as call:
            with super().request(method, url, *args, **kwargs) as answer:
                if answer.is_redirect:
                    raise Refused("The issuer redirects, which is not followed.")
                answer._content = _body(answer)
            if call.expired:
                raise Refused("The issuer took too long.")
        return answer


def insist_on_safe(url: str) -> None:
    """Raises Refused unless `url` is https, or http on this machine outside production."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or settings.PRODUCTION or not _is_loopback(parts.hostname or ""):
        raise Refused("The issuer's address must be https.")


def _body(answer: requests.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_content(CHUNK_BYTES):
        body += chunk
        if len(body) > MOST_BYTES:
            raise Refused("The issuer's answer is too large.")
    return bytes(body)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
