"""Takes calls that passed the gateway: limit, fault, performance, and a line in the ledger for each."""

import logging
import math
import threading
import time
from dataclasses import replace
from email.utils import formatdate
from hmac import compare_digest

from sandbox import assumptions as tmp
from sandbox.gateway.body import GatewayError
from sandbox.gateway.faults import WRONG_TMP_KEY, Fault
from sandbox.gateway.spoiling import delay_call, refuse_call
from sandbox.gateway.trouble import Trouble
from sandbox.platform.accounts import Account
from sandbox.platform.backend import Backend
from sandbox.platform.call import Call
from sandbox.platform.ledger import OK, REFUSED
from sandbox.platform.messages import Members, RefusedError, read_registration

log = logging.getLogger("sandbox.service")

LIMITED = "limit"


class Service:
    """TMP as its callers meet it; `stores` are names of its own store, `trouble` spoils calls until
    `stopping`."""

    def __init__(
        self, backend: Backend, *, stores: frozenset[str], trouble: Trouble, stopping: threading.Event
    ) -> None:
        self._backend, self._stores = backend, stores
        self._trouble, self._stopping, self._dialect = trouble, stopping, backend.dialect

    def admit(self, call: Call, *, own: Fault | None) -> tuple[Call, Fault | None]:
        """The call with all that is known of it, and the fault that spoils it: its `own`, or one that was
        ordered. Raises GatewayError 429 when its caller calls too often."""
        if call.action == "GetJob" and call.job_id:
            call = replace(call, custom_id=self._backend.jobs.custom_id(call.job_id))
        wait = self._trouble.limit.wait(call.source)
        if wait:
            self._note(call, LIMITED)
            raise GatewayError(429, tmp.RATE_LIMIT, headers=self._retry_after(wait))
        return call, own or self._trouble.faults.take(lambda each: each.fits(call))

    def _retry_after(self, seconds: float) -> dict[str, str]:
        when = time.time() + math.ceil(seconds) + self._trouble.clock.skew
        forms = {"seconds": str(math.ceil(seconds)), "date": formatdate(when, usegmt=True)}
        form = self._dialect["retry-after"]
        return {"Retry-After": forms[form]} if form in forms else {}

    def perform(self, call: Call, fault: Fault | None, *, job_url: str) -> Members:
        """What TMP answers. Raises RefusedError, and as the fault wants GatewayError or ConnectionError."""
        if fault and not fault.performed:
            self._note(call, fault.told)
            refuse_call(fault, dialect=self._dialect, stopping=self._stopping)
        if fault:
            delay_call(fault, barriers=self._trouble.barriers, stopping=self._stopping)
        answered = fault.told if fault else OK
        try:
            if call.action == "Register":
                return self._register(call, answered, job_url)
            return self._job_call(call, answered)
        except RefusedError:
            self._note(call, fault.told if fault else REFUSED)
            raise

    def _note(self, call: Call, answered: str) -> None:
        if call.action:
            self._backend.ledger.add(call, now=time.time(), answered=answered, performed=False)

    def _register(self, call: Call, answered: str, job_url: str) -> Members:
        if call.body.get("action") != "Register":
            raise RefusedError(f"unsupported action: {call.body.get('action')}", about="action")
        registration = read_registration(call.body)
        if registration.domain and not self._own(registration.domain, registration.credential.bucket):
            raise RefusedError("cosConfig.domain: the sandbox reaches its own store only", about="register")
        info = self._backend.register(registration, job_url=job_url, call=call, answered=answered)
        self._stopping.wait(self._backend.pace.register_seconds)
        return info

    def _own(self, domain: str, bucket: str) -> bool:
        host, _, path = domain.removeprefix("http://").strip("/").partition("/")
        virtual = host == f"{bucket}.cos.{self._backend.store.region}.myqcloud.com" and not path
        return virtual or (host in self._stores and path in ("", bucket))

    def _job_call(self, call: Call, answered: str) -> Members:
        account = self._account(call.body)
        if call.source != account.caller:
            log.warning("Source is %r, expected %r", call.source, account.caller)
            if self._dialect["source"] == "must-match":
                raise RefusedError("Source does not match the account")
        if call.action == "CreateJob":
            return {
                "createJobResponse": {"job": self._backend.create_job(account, call=call, answered=answered)}
            }
        if call.action == "GetJob":
            return {"getJobResponse": {"job": self._backend.get_job(account, call=call, answered=answered)}}
        raise RefusedError(f"unsupported action: {call.body.get('action')}", about="action")

    def _account(self, body: Members) -> Account:
        tmp_id, tmp_key = body.get("secretId"), body.get("secretKey")
        account = self._backend.accounts.by_tmp_id(tmp_id) if isinstance(tmp_id, str) else None
        if (
            account
            and isinstance(tmp_key, str)
            and compare_digest(account.tmp_key.encode(), tmp_key.encode())
        ):
            return account
        raise RefusedError(WRONG_TMP_KEY, about="keys")
