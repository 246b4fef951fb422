"""What is said to the TMP gateway: register an account, create a job, ask about a job; each exactly once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, TypeVar

from requests.auth import AuthBase

from tencent.answers import WORDS_BYTES, clock_skew, understood
from tencent.errors import Garbled, GatewayError
from tencent.formats import check_endpoint
from tencent.keys import GatewayKeys, TmpKeys
from tencent.messages import (
    Exchange,
    JobReply,
    JobRequest,
    Registered,
    RegisterRequest,
    message_in,
    request_member,
)
from tencent.scrubbing import Scrubber, masked
from tencent.signing import HmacAuth, signed_headers, utc_now
from tencent.transports import Answer, Transport, shared

T = TypeVar("T")

REGISTER_SECONDS = 300.0
CREATE_JOB_SECONDS = 60.0
GET_JOB_SECONDS = 30.0


_KEPT = {"Content-Type": "application/json", "Cache-Control": "no-cache"}
# A kept connection may just have been dropped by the other side: where that would be ambiguous, a new one.
_FRESH = {**_KEPT, "Connection": "close"}


@dataclass(frozen=True, kw_only=True)
class Call(Generic[T]):
    """One call, ready to travel with any transport; `asked` is its JSON and holds secrets."""

    url: str
    asked: dict[str, Any] = field(repr=False)
    headers: Mapping[str, str]
    read: Callable[[dict[str, Any], Exchange], T] = field(repr=False)
    is_signed: bool = True
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def body(self) -> bytes:
        """What is sent."""
        return json.dumps(self.asked).encode()


class Gateway:
    """One door to TMP. `endpoint` is the base without the action, `https://api.mediax.tencent.com` or the old
    host with `/release` (doc: guide-en, seed); `caller` is `<operateUin>_<userName>`, sent as Source.

    Keys may be missing for registering only; `sign` signs job calls, else `date_header` does, as in
    tencent.signing. Every error is a GatewayError with its
    Exchange, and no text of it, nor of an Exchange, holds a secret this object knows. Raises ValueError for
    an endpoint that is no plain URL.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        caller: str = "",
        gateway_keys: GatewayKeys | None = None,
        tmp_keys: TmpKeys | None = None,
        transport: Transport | None = None,
        sign: Callable[[GatewayKeys, str], AuthBase | None] | None = None,
        date_header: str = "Date",
    ) -> None:
        if code := check_endpoint(endpoint):
            raise ValueError(f"Not a gateway endpoint: {code}")
        self.endpoint = endpoint.rstrip("/")
        self.caller = caller
        self._gateway_keys = gateway_keys
        self._tmp_keys = tmp_keys
        self._transport = transport or shared()
        self.date_header = date_header
        self._sign = sign or partial(HmacAuth, date_header=date_header)
        self._signature: tuple[int, dict[str, str]] | None = None

    def register(self, request: RegisterRequest, deadline_s: float = REGISTER_SECONDS) -> Registered:
        """Registers an account; unsigned (seed). Takes about two minutes; the keys in the answer come only
        once."""
        call = self._call(
            "register",
            request.body(),
            read=lambda answer, exchange: replace(Registered.from_answer(answer), exchange=exchange),
            signed=False,
            secrets=[request.keys.secret_key, request.keys.secret_id],
        )
        return self._send(call, deadline_s)

    def create_job(self, request: JobRequest, deadline_s: float = CREATE_JOB_SECONDS) -> JobReply:
        """Creates one job. After Unanswered or Garbled it may exist."""
        return self._send(self.job_creation(request), deadline_s)

    def get_job(self, job_id: str, deadline_s: float = GET_JOB_SECONDS) -> JobReply:
        """Asks about one job; harmless, may be repeated. Raises Garbled when the answer is about another
        job."""
        return self._send(self.job_question(job_id), deadline_s)

    def ask(self, action: str, asked: dict[str, Any], deadline_s: float = GET_JOB_SECONDS) -> Exchange:
        """Puts a harmless question that no page describes; an answer that is no error is not read."""
        body = self._question(action, asked)
        return self._send(self._call("job", body, read=lambda _answer, exchange: exchange), deadline_s)

    def job_creation(self, request: JobRequest) -> Call[JobReply]:
        """CreateJob for a transport of the caller's."""
        return self._call(
            "job",
            request.body(self._tmp()),
            read=lambda answer, exchange: JobReply.from_answer(answer, action="CreateJob", exchange=exchange),
        )

    def job_question(self, job_id: str) -> Call[JobReply]:
        """GetJob for a transport of the caller's."""

        def read(answer: dict[str, Any], exchange: Exchange) -> JobReply:
            reply = JobReply.from_answer(answer, action="GetJob", exchange=exchange)
            if reply.id != job_id:
                raise Garbled(cause="another_job")
            return reply

        return self._call("job", self._question("GetJob", {"id": job_id}), read=read, kept=True)

    def signed(self, call: Call[Any]) -> dict[str, str]:
        """The headers of `call`, signed now; within one second the same signature serves every call."""
        second = int(time.time())
        if self._signature is None or self._signature[0] != second:
            if self._gateway_keys is None:
                raise ValueError("Job calls need gateway keys.")
            moment = datetime.fromtimestamp(second, UTC)
            headers = signed_headers(self._gateway_keys, self.caller, moment, date_header=self.date_header)
            self._signature = second, headers
        return {**call.headers, **self._signature[1]}

    def conclude(
        self,
        call: Call[T],
        answer: Answer | None,
        trouble: GatewayError | None = None,
        *,
        started_at: datetime,
        seconds: float,
    ) -> T:
        """What an answer to `call` means, or the trouble that came instead; raises a GatewayError."""
        scrub = Scrubber([*self._secrets(), *call.secrets])
        parsed: dict[str, Any] = {}
        exchange = _exchange(call, answer, started_at=started_at, seconds=seconds, scrub=scrub)
        try:
            if trouble or answer is None:
                raise trouble or Garbled(cause="no_answer")
            parsed = understood(answer, scrub=scrub, now=utc_now())
            return call.read(scrub.json(parsed) if call.is_signed else parsed, exchange)
        except GatewayError as error:
            error.answer = answer
            error.words = error.words or scrub(_words_in(parsed), WORDS_BYTES)
            error.exchange = replace(exchange, error=f"{type(error).__name__}: {error}")
            raise

    def __repr__(self) -> str:
        return f"Gateway({self.endpoint!r}, caller={self.caller!r})"

    def _tmp(self) -> TmpKeys:
        if self._tmp_keys is None:
            raise ValueError("Job calls need TMP keys.")
        return self._tmp_keys

    def _question(self, action: str, asked: dict[str, Any]) -> dict[str, Any]:
        keys = self._tmp()
        secrets = {"secretId": keys.secret_id, "secretKey": keys.secret_key}
        return {"action": action, **secrets, request_member(action): asked}

    def _auth(self) -> AuthBase | None:
        if self._gateway_keys is None:
            raise ValueError("Job calls need gateway keys.")
        return self._sign(self._gateway_keys, self.caller)

    def _call(
        self,
        path: str,
        asked: dict[str, Any],
        *,
        read: Callable[[dict[str, Any], Exchange], T],
        signed: bool = True,
        kept: bool = False,
        secrets: Iterable[str] = (),
    ) -> Call[T]:
        return Call(
            url=f"{self.endpoint}/{path}",
            asked=asked,
            headers=_KEPT if kept else _FRESH,
            read=read,
            is_signed=signed,
            secrets=tuple(secrets),
        )

    def _send(self, call: Call[T], deadline_s: float) -> T:
        auth = self._auth() if call.is_signed else None
        started_at, started = utc_now(), time.monotonic()
        answer: Answer | None = None
        trouble: GatewayError | None = None
        try:
            answer = self._transport.send(call.url, call.body(), call.headers, auth, deadline_s)
        except GatewayError as error:
            answer, trouble = error.answer, error
        seconds = time.monotonic() - started
        return self.conclude(call, answer, trouble, started_at=started_at, seconds=seconds)

    def _secrets(self) -> list[str]:
        pairs = [keys for keys in (self._gateway_keys, self._tmp_keys) if keys]
        return [secret for keys in pairs for secret in (keys.secret_key, keys.secret_id)]


def _words_in(parsed: dict[str, Any]) -> str:
    """What an answer says that was not understood: a person may."""
    inner = (value for value in parsed.values() if isinstance(value, dict))
    return next(filter(None, map(message_in, (parsed, *inner))), "")


def _exchange(
    call: Call[Any],
    answer: Answer | None,
    *,
    started_at: datetime,
    seconds: float,
    scrub: Scrubber,
) -> Exchange:
    exchange = Exchange(
        action=call.asked["action"],
        url=call.url,
        started_at=started_at,
        seconds=round(seconds, 3),
        request=masked(call.asked),
    )
    if answer is None:
        return exchange
    return replace(
        exchange,
        http_state=answer.http_state,
        answer=scrub(answer.text),
        request_id=scrub(answer.headers.get("x-api-requestid", ""), 100),
        clock_skew_s=clock_skew(answer, utc_now()),
    )
