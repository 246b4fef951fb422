"""Asks the service what no page answers (tmp-protocol, section 7), with questions that should do no harm."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from requests.auth import AuthBase

from tencent.contact_report import Finding, Form, hidden, lessons, report
from tencent.errors import GatewayError
from tencent.gateway import Gateway
from tencent.keys import GatewayKeys, TmpKeys
from tencent.messages import Exchange, JobRequest
from tencent.parsing import NonsenseError, parse_object
from tencent.probing import rate_limit
from tencent.scrubbing import Scrubber
from tencent.signing import HmacAuth, utc_now
from tencent.transports import Answer, Transport, shared

__all__ = ["QUESTIONS", "Finding", "Question", "ask", "lessons", "report"]

SECONDS = 30.0
NO_CONTENT = "00000000-0000-0000-0000-000000000000"
OTHER_CALLER = "0_nobody"
OLD = timedelta(hours=2)
SHORTEST_NAME = 5


@dataclass(frozen=True, kw_only=True)
class Question:
    """One call. `asks` are numbers of open questions it sheds light on; `may_cost` when the service might
    make a job of it after all: ask a person first."""

    key: str
    asks: tuple[int, ...]
    may_cost: bool = False


QUESTIONS = (
    Question(key="unknown_job", asks=(7, 9)),
    Question(key="wrong_tmp_key", asks=(7, 8)),
    Question(key="wrong_gateway_key", asks=(15,)),
    Question(key="no_signature", asks=(15,)),
    Question(key="other_source", asks=(16,)),
    Question(key="old_date", asks=(17,)),
    Question(key="x_date_only", asks=(17,)),
    Question(key="unknown_action", asks=(7, 19)),
    Question(key="invalid_descriptor", asks=(7, 11), may_cost=True),
)


@dataclass(frozen=True, kw_only=True)
class _Caller:
    """Who asks, and under which names nothing may be told of them."""

    caller: str
    gateway_keys: GatewayKeys = field(repr=False)
    tmp_keys: TmpKeys = field(repr=False)
    content_id: str
    date_header: str

    def names(self) -> dict[str, str]:
        """A placeholder for each; what is too short to tell of anyone would only garble the texts."""
        uin, _, user_name = self.caller.partition("_")
        named = {self.caller: "<caller>", self.content_id: "<content id>"}
        named |= {uin: "<operateUin>", user_name: "<userName>"}
        return {name: placeholder for name, placeholder in named.items() if len(name) >= SHORTEST_NAME}

    def secrets(self) -> list[str]:
        pairs = (self.gateway_keys, self.tmp_keys)
        return [text for keys in pairs for text in (keys.secret_key, keys.secret_id)]


def ask(
    question: Question,
    *,
    endpoint: str,
    caller: str,
    gateway_keys: GatewayKeys,
    tmp_keys: TmpKeys,
    content_id: str,
    date_header: str = "Date",
    transport: Transport | None = None,
    deadline_s: float = SECONDS,
) -> Finding:
    """Sends the question once, never again, and says what came back, an error being an answer like any other.

    `date_header` is what proper calls are signed with.

    Raises ValueError for an endpoint that is no plain URL, and KeyError for a question not in QUESTIONS.
    """
    own = _Caller(
        caller=caller,
        gateway_keys=gateway_keys,
        tmp_keys=tmp_keys,
        content_id=content_id,
        date_header=date_header,
    )
    noting = _Noting(transport or shared())
    proper: dict[str, Any] = {"caller": caller, "gateway_keys": gateway_keys, "tmp_keys": tmp_keys}
    proper["date_header"] = date_header
    gateway = Gateway(endpoint, transport=noting, **{**proper, **_differing(question, own)})
    kind, said = "", ""
    try:
        exchange = _CALLS.get(question.key, _unknown_job)(gateway, deadline_s)
    except GatewayError as error:
        if error.exchange is None:
            raise
        exchange, kind, said = error.exchange, type(error).__name__, error.words
    return _finding(question.key, exchange, noting.answer, kind=kind, words=said, own=own)


class _Noting:
    """A transport that keeps the last answer, whose headers teach something too."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.answer: Answer | None = None

    def send(
        self, url: str, body: bytes, headers: Mapping[str, str], auth: AuthBase | None, deadline_s: float
    ) -> Answer:
        """As the transport it wraps."""
        self.answer = None
        try:
            self.answer = self._transport.send(url, body, headers, auth, deadline_s)
        except GatewayError as error:
            self.answer = error.answer
            raise
        return self.answer


def _differing(question: Question, own: _Caller) -> dict[str, Any]:
    """In what alone the question differs from a call as it should be."""
    wrong = secrets.token_hex(16)
    different: dict[str, dict[str, Any]] = {
        "unknown_job": {},
        "wrong_tmp_key": {"tmp_keys": replace(own.tmp_keys, secret_key=wrong)},
        "wrong_gateway_key": {"gateway_keys": replace(own.gateway_keys, secret_key=wrong)},
        "no_signature": {"sign": lambda _keys, _caller: None},
        "other_source": {"caller": OTHER_CALLER},
        "old_date": {"sign": partial(HmacAuth, clock=lambda: utc_now() - OLD, date_header=own.date_header)},
        "x_date_only": {"sign": partial(HmacAuth, date_header="X-Date")},
        "unknown_action": {},
        "invalid_descriptor": {},
    }
    return different[question.key]


def _unknown_job(gateway: Gateway, deadline_s: float) -> Exchange:
    return gateway.get_job(str(uuid.uuid4()), deadline_s).exchange


def _unknown_action(gateway: Gateway, deadline_s: float) -> Exchange:
    return gateway.ask("ListJobs", {}, deadline_s)


def _invalid_descriptor(gateway: Gateway, deadline_s: float) -> Exchange:
    request = JobRequest(
        source_path="first-contact.mp3",
        content_id=NO_CONTENT,
        destination="/output/first-contact",
        capability="noSuchCapability",
        descriptor={},
        custom_id="first-contact",
    )
    return gateway.create_job(request, deadline_s).exchange


_CALLS: dict[str, Callable[[Gateway, float], Exchange]] = {
    "unknown_action": _unknown_action,
    "invalid_descriptor": _invalid_descriptor,
}


def _finding(
    key: str, exchange: Exchange, answer: Answer | None, *, kind: str, words: str, own: _Caller
) -> Finding:
    scrub = Scrubber(own.secrets())
    parsed = _parsed(answer)

    def safe(value: Any) -> Any:
        return hidden(scrub.json(value), own.names())

    return Finding(
        key=key,
        exchange=safe(exchange.to_json()),
        http_state=exchange.http_state,
        form=_form(answer, parsed),
        words=safe(words),
        kind=kind,
        seconds=exchange.seconds,
        clock_skew_s=exchange.clock_skew_s,
        rate_limit=rate_limit(answer) if answer else "",
        job_id=_job_id(parsed) if key == "invalid_descriptor" else "",
    )


def _parsed(answer: Answer | None) -> dict[str, Any]:
    try:
        return parse_object(answer.text) if answer else {}
    except NonsenseError:
        return {}


def _form(answer: Answer | None, parsed: dict[str, Any]) -> Form:
    if answer is None:
        return "none"
    if _job_id(parsed):
        return "job"
    if parsed.get("errorResponse"):
        return "errorResponse"
    if isinstance(parsed.get("message"), str):
        return "message"
    told = {name: value for name, value in parsed.items() if name != "requestId" and value}
    is_nothing = not told and (parsed or answer.text.strip() in ("", "{}"))
    return "empty" if is_nothing else "other"


def _job_id(parsed: Mapping[str, Any]) -> str:
    jobs = (value.get("job") for value in parsed.values() if isinstance(value, Mapping))
    return next((str(job["id"]) for job in jobs if isinstance(job, Mapping) and job.get("id")), "")
