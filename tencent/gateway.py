"""What is said to the TMP gateway: register an account, create a job, ask about a job; each exactly once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from requests.auth import AuthBase

from tencent.answers import clock_skew, understood
from tencent.errors import Garbled, GatewayError
from tencent.formats import check_endpoint
from tencent.keys import GatewayKeys, TmpKeys
from tencent.messages import Exchange, JobReply, JobRequest, Registered, RegisterRequest, request_member
from tencent.scrubbing import Scrubber, masked
from tencent.signing import HmacAuth, utc_now
from tencent.transports import Answer, Transport, shared

T = TypeVar("T")

REGISTER_SECONDS = 300.0
CREATE_JOB_SECONDS = 60.0
GET_JOB_SECONDS = 30.0


class Gateway:
    """One door to TMP. `endpoint` is the base without the action, `https://api.mediax.tencent.com` or the old
    host with `/release` (doc: guide-en, seed); `caller` is `<operateUin>_<userName>`, sent as Source.

    Keys may be missing for registering only; `sign` signs job calls. Every error is a GatewayError with its
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
        sign: Callable[[GatewayKeys, str], AuthBase | None] = HmacAuth,
    ) -> None:
        if code := check_endpoint(endpoint):
            raise ValueError(f"Not a gateway endpoint: {code}")
        self.endpoint = endpoint.rstrip("/")
        self.caller = caller
        self._gateway_keys = gateway_keys
        self._tmp_keys = tmp_keys
        self._transport = transport or shared()
        self._sign = sign

    def register(self, request: RegisterRequest, deadline_s: float = REGISTER_SECONDS) -> Registered:
        """Registers an account; unsigned (seed). Takes about two minutes; the keys in the answer come only
        once."""
        return self._ask(
            "register",
            request.body(),
            read=lambda answer, exchange: replace(Registered.from_answer(answer), exchange=exchange),
            signed=False,
            deadline_s=deadline_s,
            secrets=[request.keys.secret_key, request.keys.secret_id],
        )

    def create_job(self, request: JobRequest, deadline_s: float = CREATE_JOB_SECONDS) -> JobReply:
        """Creates one job. After Unanswered or Garbled it may exist."""
        return self._ask(
            "job",
            request.body(self._tmp()),
            read=lambda answer, exchange: JobReply.from_answer(answer, action="CreateJob", exchange=exchange),
            deadline_s=deadline_s,
        )

    def get_job(self, job_id: str, deadline_s: float = GET_JOB_SECONDS) -> JobReply:
        """Asks about one job; harmless, may be repeated. Raises Garbled when the answer is about another
        job."""

        def read(answer: dict[str, Any], exchange: Exchange) -> JobReply:
            reply = JobReply.from_answer(answer, action="GetJob", exchange=exchange)
            if reply.id != job_id:
                raise Garbled(cause="another_job")
            return reply

        body = self._question("GetJob", {"id": job_id})
        return self._ask("job", body, read=read, deadline_s=deadline_s, kept=True)

    def ask(self, action: str, asked: dict[str, Any], deadline_s: float = GET_JOB_SECONDS) -> Exchange:
        """Puts a harmless question that no page describes; an answer that is no error is not read."""
        body = self._question(action, asked)
        return self._ask("job", body, read=lambda _answer, exchange: exchange, deadline_s=deadline_s)

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

    def _ask(
        self,
        path: str,
        body: dict[str, Any],
        *,
        read: Callable[[dict[str, Any], Exchange], T],
        deadline_s: float,
        signed: bool = True,
        kept: bool = False,
        secrets: Iterable[str] = (),
    ) -> T:
        url = f"{self.endpoint}/{path}"
        scrub = Scrubber([*self._secrets(), *secrets])
        headers = {"Content-Type": "application/json", "Cache-Control": "no-cache"}
        if not kept:
            headers["Connection"] = "close"
        auth = self._auth() if signed else None
        started_at, started = utc_now(), time.monotonic()
        answer, trouble = self._send(url, body, headers=headers, auth=auth, deadline_s=deadline_s)
        seconds = time.monotonic() - started
        exchange = _exchange(body, answer, url=url, started_at=started_at, seconds=seconds, scrub=scrub)
        try:
            if trouble or answer is None:
                raise trouble or Garbled(cause="no_answer")
            parsed = understood(answer, scrub=scrub, now=utc_now())
            return read(scrub.json(parsed) if signed else parsed, exchange)
        except GatewayError as error:
            error.answer = answer
            error.exchange = replace(exchange, error=f"{type(error).__name__}: {error}")
            raise

    def _send(
        self,
        url: str,
        body: dict[str, Any],
        *,
        headers: dict[str, str],
        auth: AuthBase | None,
        deadline_s: float,
    ) -> tuple[Answer | None, GatewayError | None]:
        try:
            return self._transport.send(url, json.dumps(body).encode(), headers, auth, deadline_s), None
        except GatewayError as error:
            return error.answer, error

    def _secrets(self) -> list[str]:
        pairs = [keys for keys in (self._gateway_keys, self._tmp_keys) if keys]
        return [secret for keys in pairs for secret in (keys.secret_key, keys.secret_id)]


def _exchange(
    body: dict[str, Any],
    answer: Answer | None,
    *,
    url: str,
    started_at: datetime,
    seconds: float,
    scrub: Scrubber,
) -> Exchange:
    exchange = Exchange(
        action=body["action"], url=url, started_at=started_at, seconds=round(seconds, 3), request=masked(body)
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
