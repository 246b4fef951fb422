"""The HTTP skin of TMP: the signature check before /job, the open /register, two pages of our own."""

import json
import logging
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox.dialects import Dialect
from sandbox.gateway import refusals
from sandbox.gateway.body import GatewayError, read_json
from sandbox.gateway.control import PATH as CONTROL
from sandbox.gateway.control import Control
from sandbox.gateway.doors import door_of
from sandbox.gateway.faults import Fault
from sandbox.gateway.hmac_check import HmacCheck
from sandbox.gateway.hmac_rows import HmacRefusedError
from sandbox.gateway.page import FILES, HEADERS, status_page
from sandbox.gateway.page.place import Place
from sandbox.gateway.service import Service
from sandbox.gateway.spoiling import spoil_wire, spoilt_answer
from sandbox.gateway.trouble import Trouble
from sandbox.gateway.turned_away import TurnedAwayCalls
from sandbox.gateway.words import fault_of, outcome_of
from sandbox.platform.backend import Backend
from sandbox.platform.call import Call, read_call
from sandbox.platform.refusing import Members, RefusedError
from sandbox.trouble.limit import UNLIMITED
from sandbox.wire import status_line

log = logging.getLogger("sandbox.gateway")

JSON = {"Content-Type": "application/json"}
CONTENT_TYPES = {
    "json": "application/json",
    "json-utf-8": "application/json; charset=utf-8",
    "text": "text/plain",
}
# For TMP's own answers only: no web page shall read the sandbox's own pages.
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "X-Api-RequestId, X-Api-Status, X-Api-UpstreamStatus",
}


@dataclass(frozen=True, kw_only=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    fault: Fault | None = None


class GatewayApp:
    """A WSGI app over `backend` and the `service` that answers for it; `place` is where callers reach it, and
    `control` orders the `trouble`."""

    def __init__(
        self,
        backend: Backend,
        *,
        place: Place,
        service: Service,
        control: Control,
        trouble: Trouble,
        stopping: threading.Event,
    ) -> None:
        self._backend, self._service, self._place = backend, service, place
        self._control, self._trouble, self._stopping = control, trouble, stopping
        self._dialect = backend.dialect
        self._turned_away = TurnedAwayCalls()
        self._hmac = HmacCheck(key_of=self._gate_key, dialect=backend.dialect)
        self._service_id = "service-" + secrets.token_hex(4)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; without a Content-Length, as the real gateway's answers come chunked."""
        try:
            answer = self._answer(environ)
        except GatewayError as error:
            answer = _gateway_refusal(error)
        except ConnectionError:
            raise
        except Exception:
            log.exception("the gateway failed")
            answer = _gateway_refusal(GatewayError(500, "Internal Server Error"))
        headers, body = self._common(environ, answer.status) | answer.headers, answer.body
        if answer.fault:
            headers, body = spoilt_answer(answer.fault, headers, body)
            barriers = self._trouble.barriers
            spoil_wire(answer.fault, answer.status, headers, body, barriers=barriers, stopping=self._stopping)
        start_response(status_line(answer.status), list(headers.items()))
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> _Answer:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if method in ("GET", "HEAD") and path == "/":
            page = status_page(
                self._backend,
                self._trouble,
                place=self._place,
                turned_away=self._turned_away.newest(),
                environ=environ,
            )
            return _Answer(status=200, headers=HEADERS, body=page)
        if method in ("GET", "HEAD") and path in FILES:
            headers, content = FILES[path]
            return _Answer(status=200, headers=headers, body=content)
        if method in ("GET", "HEAD") and path == "/_ledger":
            return _Answer(status=200, headers=JSON, body=self._ledger(environ["QUERY_STRING"]))
        if path.startswith(CONTROL):
            status, text = self._control.answer(environ)
            return _Answer(status=status, headers=JSON | {"Cache-Control": "no-store"}, body=text)
        try:
            door = door_of(method, environ.get("HTTP_HOST", ""), path)
            if door.name == "job" and self._dialect["signature"] == "enforced":
                self._verify(environ)
        except GatewayError as error:
            self._turned_away.note(environ, error)
            raise
        return self._reply(door.name, environ, job_url=f"{self._place.gateway}{door.stage}/job")

    def _ledger(self, query: str) -> bytes:
        asked = dict(parse_qsl(query))
        ledger = self._backend.ledger
        if asked.get("summary") == "1":
            return json.dumps(ledger.summary(), ensure_ascii=False).encode()
        after = asked.get("after", "0")
        if not (after.isascii() and after.isdigit()):
            raise GatewayError(400, "after must be the number of an entry")
        return ledger.document(kind=asked.get("kind", ""), after=int(after))

    def _verify(self, environ: WSGIEnvironment) -> None:
        headers = {
            name[5:].replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        try:
            repeated = environ.get("sandbox.repeated", frozenset())
            self._hmac.verified_id(headers, repeated=repeated, now=self._trouble.clock.now())
        except HmacRefusedError as error:
            raise GatewayError(error.status, str(error)) from error

    def _gate_key(self, gate_id: str) -> str | None:
        account = self._backend.accounts.by_gate_id(gate_id)
        return account.gate_key if account else None

    def _reply(self, name: str, environ: WSGIEnvironment, *, job_url: str) -> _Answer:
        status, fault, own = 200, None, secrets.token_hex(16)
        reply: Members = {"requestId": own} if self._dialect["request-id"] == "own" else {}
        try:
            body = read_json(environ)
            if isinstance(body.get("requestId"), str):
                reply["requestId"] = body["requestId"]
            call = read_call(name, body, source=environ.get("HTTP_SOURCE", ""))
            call, fault = self._admitted(call, environ)
            reply |= self._service.perform(call, fault, job_url=job_url)
        except RefusedError as refusal:
            status, members = refusals.told(refusal, self._dialect)
            reply |= members
        headers = {"Content-Type": CONTENT_TYPES[self._dialect["content-type"]], **OPEN}
        headers["X-Api-UpstreamStatus"] = str(status)
        return _Answer(status=status, headers=headers, body=_written(reply, self._dialect), fault=fault)

    def _admitted(self, call: Call, environ: WSGIEnvironment) -> tuple[Call, Fault | None]:
        try:
            call = replace(call, outcome=outcome_of(environ, call))
            return self._service.admit(call, own=fault_of(environ, call))
        finally:
            environ["sandbox.limit"] = self._trouble.limit.header(call.source)

    def _rate_limit(self, environ: WSGIEnvironment) -> dict[str, str]:
        said, form = environ.get("sandbox.limit", UNLIMITED), self._dialect["rate-limit"]
        limit = said.partition("/")[2]
        said = f"{limit}/{limit}" if form == "limit-of-limit" else said
        return {} if form == "absent" else {"X-Service-RateLimit": said}

    def _common(self, environ: WSGIEnvironment, status: int) -> dict[str, str]:
        """Headers of one captured answer (source: tmp-protocol 6.3)."""
        return {
            "Date": self._trouble.clock.date(),
            "X-Api-RequestId": secrets.token_hex(16),
            "X-Api-ID": "api-sandbox0",
            "X-Api-ServiceId": self._service_id,
            "X-Api-AppId": "1250000000",
            "X-Api-HttpHost": environ.get("HTTP_HOST", ""),
            "X-Api-Uri": quote(environ["PATH_INFO"], encoding="latin-1"),
            "X-Api-Status": str(status),
            "X-Api-RateLimit": "unlimited",
            **self._rate_limit(environ),
        }


def _written(reply: Members, dialect: Dialect) -> bytes:
    text = json.dumps(reply, ensure_ascii=dialect["encoding"] == "escaped")
    return text.encode("utf-8-sig" if dialect["encoding"] == "bom" else "utf-8")


def _gateway_refusal(error: GatewayError) -> _Answer:
    text = json.dumps({"message": error.message}, ensure_ascii=False, separators=(",", ":")) + "\n"
    return _Answer(status=error.status, headers=JSON | OPEN | error.headers, body=text.encode())
