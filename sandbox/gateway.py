"""The HTTP skin of TMP: the signature check before /job, the open /register, two pages of our own."""

import json
import logging
import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from hmac import compare_digest
from http import HTTPStatus
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox import assumptions as tmp
from sandbox.accounts import Account
from sandbox.backend import Backend
from sandbox.control import PATH as CONTROL
from sandbox.control import Control
from sandbox.faults import Faults, spoil_answer, spoil_call
from sandbox.gateway_body import GatewayError, read_json
from sandbox.hmac_check import HmacRefusedError, verified_id
from sandbox.messages import Members, RefusedError, read_registration
from sandbox.page import status_page

log = logging.getLogger("sandbox.gateway")

STAGES = ("", "/release")
JSON = {"Content-Type": "application/json"}
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


class GatewayApp:
    """A WSGI app over `backend`; `url` is where callers reach it, `stores` are names of its own store, and
    `control` orders the `faults`."""

    def __init__(
        self,
        backend: Backend,
        *,
        url: str,
        stores: frozenset[str],
        stopping: threading.Event,
        control: Control,
        faults: Faults,
    ) -> None:
        self._backend, self._url, self._stores, self._stopping = backend, url, stores, stopping
        self._control, self._faults = control, faults
        self._service = "service-" + secrets.token_hex(4)

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
        headers = self._common(environ, answer.status) | answer.headers
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
        return [answer.body]

    def _answer(self, environ: WSGIEnvironment) -> _Answer:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if method in ("GET", "HEAD") and path == "/":
            page = status_page(self._backend, faults=self._faults.pending(), url=self._url)
            return _Answer(status=200, headers={"Content-Type": "text/html; charset=utf-8"}, body=page)
        if method in ("GET", "HEAD") and path == "/_ledger":
            entries = json.dumps(self._backend.ledger.entries(), ensure_ascii=False, indent=1)
            return _Answer(status=200, headers=JSON, body=entries.encode())
        if path.startswith(CONTROL):
            status, text = self._control.answer(environ)
            return _Answer(status=status, headers=JSON | {"Cache-Control": "no-store"}, body=text)
        stage, slash, name = path.rpartition("/")
        if not slash or stage not in STAGES or name not in ("register", "job"):
            raise GatewayError(404, f"There is no api match uri[{path}]")
        if method != "POST":
            raise GatewayError(404, f"There is no api match method[{method}]")
        if name == "job":
            self._verify(environ)
        return self._reply(name, environ, job_url=f"{self._url}{stage}/job")

    def _verify(self, environ: WSGIEnvironment) -> None:
        headers = {
            name[5:].replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        try:
            verified_id(
                headers,
                repeated=environ.get("sandbox.repeated", frozenset()),
                key_of=self._gate_key,
                now=time.time(),
            )
        except HmacRefusedError as error:
            raise GatewayError(tmp.HMAC_STATUS, str(error)) from error

    def _gate_key(self, gate_id: str) -> str | None:
        account = self._backend.accounts.by_gate_id(gate_id)
        return account.gate_key if account else None

    def _reply(self, name: str, environ: WSGIEnvironment, *, job_url: str) -> _Answer:
        reply: Members = {}
        fault = None
        try:
            body = read_json(environ)
            if isinstance(body.get("requestId"), str):
                reply["requestId"] = body["requestId"]
            source = environ.get("HTTP_SOURCE", "")
            caller, action = _registering(body) if name == "register" else (source, body.get("action"))
            fault = self._faults.take(str(action), caller)
            spoil_call(fault, stopping=self._stopping)
            if name == "register":
                reply |= {"registerInfo": self._register(body, job_url)}
            else:
                reply |= self._job_call(body, source=source)
        except RefusedError as refusal:
            reply |= {"errorResponse": {"message": str(refusal)}}
        html = spoil_answer(fault, stopping=self._stopping)
        if html is not None:
            return _Answer(status=200, headers={"Content-Type": "text/html"} | OPEN, body=html)
        text = json.dumps(reply, ensure_ascii=False).encode()
        headers = JSON | OPEN | {"X-Api-UpstreamStatus": "200"}
        return _Answer(status=tmp.BUSINESS_ERROR, headers=headers, body=text)

    def _register(self, body: Members, job_url: str) -> Members:
        if body.get("action") != "Register":
            raise RefusedError(f"unsupported action: {body.get('action')}")
        registration = read_registration(body)
        if registration.domain and not self._own(registration.domain, registration.credential.bucket):
            raise RefusedError("cosConfig.domain: the sandbox reaches its own store only")
        info = self._backend.register(registration, job_url=job_url, body=body)
        self._stopping.wait(self._backend.pace.register_seconds)
        return info

    def _own(self, domain: str, bucket: str) -> bool:
        host, _, path = domain.removeprefix("http://").strip("/").partition("/")
        virtual = host == f"{bucket}.cos.{self._backend.store.region}.myqcloud.com" and not path
        return virtual or (host in self._stores and path in ("", bucket))

    def _job_call(self, body: Members, *, source: str) -> Members:
        account = self._account(body)
        if source != account.caller:
            log.warning("Source is %r, expected %r", source, account.caller)
            if tmp.SOURCE_MUST_MATCH:
                raise RefusedError("Source does not match the account")
        if body.get("action") == "CreateJob":
            return {"createJobResponse": {"job": self._backend.create_job(account, source=source, body=body)}}
        if body.get("action") == "GetJob":
            return {"getJobResponse": {"job": self._backend.get_job(account, source=source, body=body)}}
        raise RefusedError(f"unsupported action: {body.get('action')}")

    def _account(self, body: Members) -> Account:
        tmp_id, tmp_key = body.get("secretId"), body.get("secretKey")
        account = self._backend.accounts.by_tmp_id(tmp_id) if isinstance(tmp_id, str) else None
        if (
            account
            and isinstance(tmp_key, str)
            and compare_digest(account.tmp_key.encode(), tmp_key.encode())
        ):
            return account
        raise RefusedError("secretId or secretKey is wrong")

    def _common(self, environ: WSGIEnvironment, status: int) -> dict[str, str]:
        """Headers of one captured answer (source: tmp-protocol 6.3)."""
        return {
            "Date": formatdate(usegmt=True),
            "X-Api-RequestId": secrets.token_hex(16),
            "X-Api-ID": "api-sandbox0",
            "X-Api-ServiceId": self._service,
            "X-Api-AppId": "1250000000",
            "X-Api-HttpHost": environ.get("HTTP_HOST", ""),
            "X-Api-Uri": quote(environ["PATH_INFO"], encoding="latin-1"),
            "X-Api-Status": str(status),
            "X-Api-RateLimit": "unlimited",
            "X-Service-RateLimit": "5000/5000",
        }


def _gateway_refusal(error: GatewayError) -> _Answer:
    text = json.dumps({"message": error.message}, ensure_ascii=False, separators=(",", ":")) + "\n"
    return _Answer(status=error.status, headers=JSON | OPEN, body=text.encode())


def _registering(body: Members) -> tuple[str, str]:
    """Who a Register body is about, and its action; whether it is a fit one is found out later."""
    request = body.get("registerRequest")
    request = request if isinstance(request, dict) else {}
    return f"{request.get('operateUin')}_{request.get('userName')}", "Register"
