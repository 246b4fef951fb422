"""Mishaps of single calls: what a real network does when it is least wanted."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.platform.call import JOB_ACTIONS, Call
from sandbox.trouble.mishaps import ANY, Mishap

ACTIONS = (ANY, "Register", *JOB_ACTIONS)
WRONG_TMP_KEY = "secretId or secretKey is wrong"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a fault does, whether the call is `performed` all the same, the members that an order must
    (`needs`) or may (`takes`) have besides those of every fault, and whether it is about a caller's keys
    (`keyed`), which Register has none of."""

    text: str
    performed: bool
    needs: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    keyed: bool = False


def _not_performed(text: str, needs: str = "", takes: str = "", *, keyed: bool = False) -> Kind:
    return Kind(
        text="not performed, " + text,
        performed=False,
        needs=frozenset(needs.split()),
        takes=frozenset(takes.split()),
        keyed=keyed,
    )


def _performed(text: str, needs: str = "", takes: str = "") -> Kind:
    return Kind(
        text="performed, then " + text,
        performed=True,
        needs=frozenset(needs.split()),
        takes=frozenset(takes.split()),
    )


KINDS: Mapping[str, Kind] = {
    "refuse": _not_performed("errorResponse"),
    "http_500": _not_performed("the gateway answers 500"),
    "http": _not_performed("the gateway answers this status", needs="status", takes="retry_after"),
    "throttle": _not_performed("the gateway answers 429", takes="retry_after"),
    "expired_gate_key": _not_performed("the gateway knows the caller's key no more", keyed=True),
    "expired_tmp_key": _not_performed("errorResponse, as for a key that TMP knows no more", keyed=True),
    "redirect": _not_performed("307 to this location", needs="location"),
    "reset_before": _not_performed("the connection is reset"),
    "close_before": _not_performed("the connection closes without an answer"),
    "hang_before": _not_performed("no answer comes until the sandbox stops, 600 s at most"),
    "lost_reply": _performed("the connection closes without an answer"),
    "hang": _performed("no answer comes until the sandbox stops, 600 s at most"),
    "garbage": _performed("the answer is HTML"),
    "slow": Kind(text="performed after a delay", performed=True, needs=frozenset(("seconds",))),
    "reset_after": _performed("the connection is reset"),
    "half": _performed("half of the answer comes"),
    "drip": _performed("the body comes byte by byte, each after a delay", needs="seconds"),
    "drip_head": _performed("even the headers come byte by byte, each after a delay", needs="seconds"),
    "odd": _performed("the answer is this body", needs="body"),
    "cut_chunk": _performed("the answer ends inside a chunk"),
    "oversized": _performed("the answer has 6 MiB more"),
    "gzip_bomb": _performed("a small gzip answer unpacks to 256 MiB"),
    "hold": Kind(
        text="held until the barrier opens, before or after it is performed",
        performed=True,
        needs=frozenset(("barrier",)),
        takes=frozenset(("at",)),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Fault(Mishap):
    """One ordered mishap of one action or ANY; an empty `caller`, `custom_id` (the beginning of one) or
    `job_id` means any.

    `seconds` is the delay of slow and drip, `retry_after` (seconds) a header, `at` before or after.
    """

    kind: str
    action: str
    caller: str = ""
    custom_id: str = ""
    job_id: str = ""
    message: str = ""
    seconds: float = 0
    status: int = 0
    retry_after: int | None = None
    body: str = ""
    location: str = ""
    barrier: str = ""
    at: str = "before"

    @property
    def performed(self) -> bool:
        """Whether TMP does what the spoilt call asks for."""
        return KINDS[self.kind].performed

    @property
    def told(self) -> str:
        """How the ledger calls it: its kind, with the status where a call met any of them."""
        return f"{self.kind}_{self.status}" if self.kind == "http" else self.kind

    def fits(self, call: Call) -> bool:
        """Whether it may spoil this call."""
        return (
            self.action in (ANY, call.action)
            and not (KINDS[self.kind].keyed and call.action == "Register")
            and self.caller in ("", call.source)
            and call.custom_id.startswith(self.custom_id)
            and self.job_id in ("", call.job_id)
        )
