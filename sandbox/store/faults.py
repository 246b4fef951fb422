"""Mishaps of the store: what a real bucket does on a bad day, by the action that it does it to."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sandbox.store.errors import StoreError
from sandbox.store.request import Answer, StoreRequest
from sandbox.trouble.mishaps import ANY, Mishap
from sandbox.wire import RawAnswer

KINDS: Mapping[str, str] = {
    "http": "not performed, this status",
    "slow": "performed after a delay",
    "reset": "the connection is reset, before or after it is performed",
    "close": "the connection closes without an answer, before or after it is performed",
    "half": "performed, then half of the answer comes",
    "wrong_etag": "performed, then the answer names another ETag",
}
CODES = {403: "AccessDenied", 404: "NoSuchKey", 500: "InternalError", 503: "SlowDown"}


@dataclass(frozen=True, kw_only=True)
class StoreFault(Mishap):
    """One ordered mishap of one action or ANY; an empty `key_prefix` or `bucket` means any, `at` (of reset
    and close) is before or after the action is performed."""

    kind: str
    action: str
    bucket: str = ""
    key_prefix: str = ""
    status: int = 0
    seconds: float = 0
    at: str = "before"

    def fits(self, action: str, request: StoreRequest) -> bool:
        """Whether it may spoil this request."""
        return (
            self.action in (ANY, action)
            and self.bucket in ("", request.bucket)
            and request.key.startswith(self.key_prefix)
        )


class OrderedError(StoreError):
    """A refusal with any status, as it was ordered."""

    def __init__(self, status: int) -> None:
        super().__init__("InternalError", "The sandbox's store was told to refuse this request.")
        self.code, self.status = CODES.get(status, "OrderedError"), status


def spoil_action(fault: StoreFault, *, stopping: threading.Event) -> None:
    """What happens before the action or instead of it. Raises StoreError, and ConnectionError."""
    if fault.kind == "http":
        raise OrderedError(fault.status)
    if fault.kind == "slow" and stopping.wait(fault.seconds):
        raise ConnectionError("the sandbox stops")
    if fault.at == "before":
        _drop(fault)


def spoilt_answer(fault: StoreFault, answer: Answer) -> Answer:
    """The answer of a performed action, perhaps with another ETag. Raises RawAnswer to give none."""
    if fault.at == "after":
        _close(answer)
        _drop(fault)
    if fault.kind != "wrong_etag":
        return answer
    headers = dict(answer.headers)
    old = headers.get("ETag", "").strip('"')
    if old:
        headers["ETag"] = f'"{_other(old)}"'
    body = answer.body
    if isinstance(body, bytes):
        begin, tag, rest = body.partition(b"<ETag>")
        etag, end, after = rest.partition(b"</ETag>")
        body = begin + tag + _other(etag.decode()).encode() + end + after
    return replace(answer, headers=headers, body=body)


def _other(etag: str) -> str:
    """Another ETag of the same form: every digit replaced by its successor."""
    return etag.translate(str.maketrans("0123456789abcdef", "123456789abcdef0"))


def _drop(fault: StoreFault) -> None:
    if fault.kind in ("reset", "close"):
        raise RawAnswer(reset=fault.kind == "reset")


def _close(answer: Answer) -> None:
    if close := getattr(answer.body, "close", None):
        close()
