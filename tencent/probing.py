"""Finds out who answers at an endpoint before anything secret is sent there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from tencent.answers import WORDS_BYTES, clock_skew
from tencent.errors import GatewayError
from tencent.formats import check_endpoint
from tencent.messages import message_in
from tencent.parsing import NonsenseError, parse_object
from tencent.scrubbing import Scrubber
from tencent.signing import utc_now
from tencent.transports import Answer, Transport, shared

SECONDS = 8.0
RATE_LIMIT_HEADER = "x-service-ratelimit"


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Who answered: `answers` is a gateway that asks for a signature, `strange` anything else that talks, and
    `silent` nothing (then `cause` says why, in a word of tencent.causes or `deadline`).

    `words` is what it said, capped; `clock_skew_s` its Date minus our clock; `rate_limit` its
    X-Service-RateLimit as it stands, such as `5000/5000` (client: apigw-notes).
    """

    state: Literal["answers", "strange", "silent"]
    http_state: int | None = None
    cause: str = ""
    words: str = ""
    seconds: float
    clock_skew_s: float | None = None
    is_plain_http: bool
    rate_limit: str = ""


def probe(endpoint_url: str, deadline_s: float = SECONDS, *, transport: Transport | None = None) -> Probe:
    """Sends one unsigned, empty question without any key to the endpoint's /job; it costs nothing.

    Raises ValueError for an endpoint that is no plain URL.
    """
    if code := check_endpoint(endpoint_url):
        raise ValueError(f"Not a gateway endpoint: {code}")
    url = f"{endpoint_url.rstrip('/')}/job"
    headers = {"Content-Type": "application/json", "Connection": "close"}
    answer, cause, started = None, "", time.monotonic()
    try:
        answer = (transport or shared()).send(url, b"{}", headers, None, deadline_s)
    except GatewayError as error:
        answer, cause = error.answer, error.cause
    seconds = round(time.monotonic() - started, 3)
    is_plain_http = urlsplit(url).scheme == "http"
    if answer is None:
        return Probe(state="silent", cause=cause, seconds=seconds, is_plain_http=is_plain_http)
    words = _words(answer)
    return Probe(
        state="answers" if _asks_for_signature(answer, words) else "strange",
        http_state=answer.http_state,
        cause=cause,
        words=words,
        seconds=seconds,
        clock_skew_s=clock_skew(answer, utc_now()),
        is_plain_http=is_plain_http,
        rate_limit=rate_limit(answer),
    )


def rate_limit(answer: Answer) -> str:
    """X-Service-RateLimit as the gateway wrote it, "" without one."""
    return Scrubber()(answer.headers.get(RATE_LIMIT_HEADER, ""), 100)


def _asks_for_signature(answer: Answer, words: str) -> bool:
    """The gateway's two tables disagree on 401 and 403; their sentences begin with HMAC (doc: gw-31717) or
    name the authorization headers (doc: gw-35260)."""
    return answer.http_state in (401, 403) and words.startswith(("HMAC", "authorization headers"))


def _words(answer: Answer) -> str:
    try:
        words = message_in(parse_object(answer.text))
    except NonsenseError:
        words = ""
    return Scrubber()(words or answer.text, WORDS_BYTES).strip()
