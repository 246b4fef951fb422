"""Plays the fault of a call: instead of it, before it, in its answer, or on the wire."""

import threading
import zlib
from collections.abc import Mapping
from functools import cache
from typing import NoReturn

from sandbox import wire
from sandbox.assumptions import RATE_LIMIT
from sandbox.dialects import Dialect
from sandbox.gateway.body import GatewayError
from sandbox.gateway.faults import WRONG_TMP_KEY, Fault
from sandbox.gateway.hmac_rows import HmacRefusedError
from sandbox.platform.messages import RefusedError
from sandbox.trouble.barriers import Barriers
from sandbox.trouble.mishaps import HANG_SECONDS
from sandbox.wire import RawAnswer

GARBAGE = b"<!doctype html><html><head><title>Welcome</title></head><body>It works!</body></html>"
MORE = 6 << 20  # bytes by which an oversized answer is too large
BOMB = 256  # MiB


def refuse_call(fault: Fault, *, dialect: Dialect, stopping: threading.Event) -> NoReturn:
    """What happens instead of a call that is not performed. Raises RefusedError, GatewayError or
    RawAnswer."""
    again = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.kind == "refuse":
        raise RefusedError(fault.message or "the sandbox was told to refuse this call")
    if fault.kind == "http_500":
        raise GatewayError(500, fault.message or "Internal Server Error")
    if fault.kind == "http":
        words = wire.status_line(fault.status).partition(" ")[2]
        raise GatewayError(fault.status, fault.message or words, headers=again)
    if fault.kind == "throttle":
        raise GatewayError(429, fault.message or RATE_LIMIT, headers=again)
    if fault.kind == "expired_gate_key":
        unknown = HmacRefusedError("unknown id", dialect)
        raise GatewayError(unknown.status, fault.message or str(unknown))
    if fault.kind == "expired_tmp_key":
        raise RefusedError(fault.message or WRONG_TMP_KEY, about="keys")
    if fault.kind == "redirect":
        raise GatewayError(307, "Temporary Redirect", headers={"Location": fault.location})
    if fault.kind == "hang_before":
        stopping.wait(HANG_SECONDS)
    raise RawAnswer(reset=fault.kind == "reset_before")


def delay_call(fault: Fault, *, barriers: Barriers, stopping: threading.Event) -> None:
    """What happens before a call that is performed. Raises ConnectionError when the sandbox stops."""
    if fault.kind == "slow" and stopping.wait(fault.seconds):
        raise ConnectionError("the sandbox stops")
    if fault.kind == "hold" and fault.at == "before":
        barriers.stay(fault.barrier, stopping=stopping)


def spoilt_answer(fault: Fault, headers: Mapping[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    """Headers and body that go out instead."""
    if fault.kind == "garbage":
        return {**headers, "Content-Type": "text/html"}, GARBAGE
    if fault.kind == "odd":
        return {**headers}, fault.body.encode()
    if fault.kind == "oversized":
        return {**headers}, body + b" " * MORE
    if fault.kind == "gzip_bomb":
        return {**headers, "Content-Encoding": "gzip"}, _bomb()
    return {**headers}, body


def spoil_wire(
    fault: Fault,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    barriers: Barriers,
    stopping: threading.Event,
) -> None:
    """What happens to the answer of a performed call on its way. Raises RawAnswer, and ConnectionError when
    the sandbox stops meanwhile; otherwise the answer may go."""
    if fault.kind == "hold" and fault.at == "after":
        barriers.stay(fault.barrier, stopping=stopping)
    if fault.kind == "hang":
        stopping.wait(HANG_SECONDS)
    if fault.kind in ("hang", "lost_reply", "reset_after"):
        raise RawAnswer(reset=fault.kind == "reset_after")
    if fault.kind == "half":
        raise wire.half(status, headers, [body], size=len(body))
    if fault.kind == "cut_chunk":
        raise wire.cut_chunk(status, headers, body)
    if fault.kind in ("drip", "drip_head"):
        raise wire.dripped(
            status,
            headers,
            body,
            seconds=fault.seconds,
            headers_too=fault.kind == "drip_head",
            stopping=stopping,
        )


@cache
def _bomb() -> bytes:
    packer, zeros = zlib.compressobj(9, wbits=31), bytes(1 << 20)
    return b"".join(packer.compress(zeros) for _ in range(BOMB)) + packer.flush()
