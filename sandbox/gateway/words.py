"""Orders as one writes them on a command line or in a header: `http status=503 action=CreateJob`."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from typing import TypeVar
from wsgiref.types import WSGIEnvironment

from sandbox.gateway.body import GatewayError
from sandbox.gateway.faults import Fault
from sandbox.gateway.orders import read_fault, read_outcome, read_store_fault
from sandbox.platform.call import Call
from sandbox.platform.messages import Members, RefusedError
from sandbox.platform.outcomes import Outcome
from sandbox.store.errors import StoreError
from sandbox.store.faults import StoreFault
from sandbox.trouble.mishaps import ALWAYS, Mishap

FAULT_HEADER, OUTCOME_HEADER = "X-Sandbox-Fault", "X-Sandbox-Outcome"
M = TypeVar("M", bound=Mishap)
NARROWING = frozenset(("action", "caller", "custom_id", "job_id", "bucket", "key_prefix", "times", "share"))


def lasting_fault(words: str) -> Fault:
    """A fault that goes on until `times` are over, if they are named. Raises RefusedError."""
    return read_fault({"times": ALWAYS} | _members(words, "fault", Fault))


def lasting_outcome(words: str) -> Outcome:
    """The same for an outcome of jobs."""
    return read_outcome({"times": ALWAYS} | _members(words, "outcome", Outcome))


def lasting_store_fault(words: str) -> StoreFault:
    """The same for a fault of the store."""
    return read_store_fault({"times": ALWAYS} | _members(words, "fault", StoreFault))


def fault_of(environ: WSGIEnvironment, call: Call) -> Fault | None:
    """What the call itself asks to be spoilt by. Raises GatewayError, naming the header."""

    def read(words: str) -> Fault:
        return read_fault({**_own(words, "fault", Fault), "action": call.action})

    return _asked(environ, FAULT_HEADER, read, partial(GatewayError, 400))


def outcome_of(environ: WSGIEnvironment, call: Call) -> Outcome | None:
    """How the job that the call creates is to end, if it says so. Raises GatewayError, naming the header."""

    def read(words: str) -> Outcome:
        if call.action != "CreateJob":
            raise RefusedError("only a CreateJob decides how a job ends")
        return read_outcome(_own(words, "outcome", Outcome))

    return _asked(environ, OUTCOME_HEADER, read, partial(GatewayError, 400))


def store_fault_of(environ: WSGIEnvironment, action: str) -> StoreFault | None:
    """What a request to the store itself asks to be spoilt by. Raises StoreError, naming the header."""

    def read(words: str) -> StoreFault:
        return read_store_fault({**_own(words, "fault", StoreFault), "action": action})

    return _asked(environ, FAULT_HEADER, read, partial(StoreError, "InvalidArgument"))


def _asked(
    environ: WSGIEnvironment, header: str, read: Callable[[str], M], refuse: Callable[[str], Exception]
) -> M | None:
    words = _header(environ, header)
    if words is None:
        return None
    try:
        return read(words)
    except RefusedError as error:
        raise refuse(f"{header}: {error}") from None


def _own(words: str, kind: str, mishap: type[Mishap]) -> Members:
    members = _members(words, kind, mishap)
    if narrowed := sorted(NARROWING & members.keys()):
        raise RefusedError(f"a header spoils its own call, so there is no {', '.join(narrowed)}")
    return members


def _members(words: str, kind: str, mishap: type[Mishap]) -> Members:
    try:
        first, *rest = shlex.split(words) or [""]
    except ValueError as error:
        raise RefusedError(f"{words!r}: {error}") from None
    texts = {field.name for field in fields(mishap) if field.type is str}
    members: Members = {kind: first}
    for part in rest:
        name, sign, value = part.partition("=")
        if not sign:
            raise RefusedError(f"{part!r} is not name=value, as in: http status=503 action=CreateJob")
        members[name] = value if name in texts else _number(value)
    return members


def _number(text: str) -> object:
    """The number, or the text itself, which its reader refuses by name."""
    try:
        value = float(text)
    except ValueError:
        return text
    return value if abs(value) < float("inf") else text


def _header(environ: Mapping[str, object], name: str) -> str | None:
    value = environ.get("HTTP_" + name.upper().replace("-", "_"))
    # The server reads headers as Latin-1; this gives back the bytes that were sent.
    return None if value is None else str(value).encode("latin-1").decode(errors="replace")
