"""Reads what is ordered, at whichever door, into values, refusing with a sentence that says what is known."""

import re
from collections.abc import Collection, Set
from dataclasses import fields

from sandbox.gateway import faults
from sandbox.gateway.faults import Fault
from sandbox.platform import outcomes
from sandbox.platform.messages import Members, RefusedError
from sandbox.platform.outcomes import Outcome
from sandbox.store import faults as store_faults
from sandbox.store.app import ACTIONS as STORE_ACTIONS
from sandbox.store.faults import StoreFault
from sandbox.trouble.mishaps import ALWAYS, ANY, HANG_SECONDS, Mishap

LONGEST_TEXT = 500  # characters
LONGEST_BODY = 1 << 20  # characters
DAY = 86_400.0  # seconds
AT = ("before", "after")


def read_fault(body: Members) -> Fault:
    """A fault of calls. Raises RefusedError."""
    only(body, _known(Fault, "fault"))
    fault = Fault(
        kind=one_of(body, "fault", faults.KINDS),
        action=one_of(body, "action", faults.ACTIONS, default=ANY),
        caller=text(body, "caller", ""),
        custom_id=text(body, "custom_id", ""),
        job_id=text(body, "job_id", ""),
        message=text(body, "message", ""),
        seconds=number(body, "seconds", 0, most=HANG_SECONDS),
        status=_status(body),
        retry_after=whole(body, "retry_after", 0, least=0, most=3600) if "retry_after" in body else None,
        body=text(body, "body", "", most=LONGEST_BODY),
        location=text(body, "location", ""),
        barrier=text(body, "barrier", ""),
        at=one_of(body, "at", AT, default="before"),
        times=_times(body),
        share=_share(body),
    )
    _check_fault(fault, given=body.keys())
    return fault


def _check_fault(fault: Fault, *, given: Set[str]) -> None:
    kind = faults.KINDS[fault.kind]
    special = {name for each in faults.KINDS.values() for name in each.needs | each.takes}
    wrong = [f"{name} is missing" for name in sorted(kind.needs - given)]
    wrong += [f"{name} has no place there" for name in sorted(given & (special - kind.needs - kind.takes))]
    if not wrong and ("seconds" in kind.needs) != (fault.seconds > 0):
        wrong = ["seconds must be more than 0"]
    if wrong:
        needs, takes = (", ".join(sorted(names)) or "nothing more" for names in (kind.needs, kind.takes))
        raise RefusedError(f"{fault.kind} needs {needs}, and may have {takes}: {', '.join(wrong)}")
    if not re.fullmatch(r"[\x21-\x7e]*", fault.location):
        raise RefusedError("location must be of printable ASCII characters")
    if fault.action == "Register" and kind.keyed:
        raise RefusedError(f"Register has no keys for {fault.kind}")
    if fault.action == "Register" and (fault.custom_id or fault.job_id):
        raise RefusedError("Register has neither custom_id nor job_id")
    if fault.action == "CreateJob" and fault.job_id:
        raise RefusedError("CreateJob has no job_id")


def read_outcome(body: Members) -> Outcome:
    """An outcome of jobs. Raises RefusedError."""
    only(body, _known(Outcome, "outcome"))
    kind = one_of(body, "outcome", outcomes.KINDS)
    seconds = number(body, "seconds", 0, most=DAY)
    if (kind in outcomes.TIMED) != (seconds > 0):
        raise RefusedError(f"{', '.join(sorted(outcomes.TIMED))} need seconds, and nothing else has them")
    return Outcome(
        kind=kind,
        caller=text(body, "caller", ""),
        custom_id=text(body, "custom_id", ""),
        seconds=seconds,
        message=text(body, "message", ""),
        times=_times(body),
        share=_share(body),
    )


def read_store_fault(body: Members) -> StoreFault:
    """A fault of the store. Raises RefusedError."""
    only(body, _known(StoreFault, "fault"))
    kind = one_of(body, "fault", store_faults.KINDS)
    needs = {"http": "status", "slow": "seconds"}.get(kind)
    if needs not in (None, *body) or any(name in body and name != needs for name in ("status", "seconds")):
        raise RefusedError("http needs status, slow needs seconds, and nothing else has them")
    if "at" in body and kind not in ("reset", "close"):
        raise RefusedError("only reset and close have at")
    return StoreFault(
        kind=kind,
        action=one_of(body, "action", (ANY, *STORE_ACTIONS), default=ANY),
        bucket=text(body, "bucket", ""),
        key_prefix=text(body, "key_prefix", ""),
        status=_status(body),
        seconds=number(body, "seconds", 0, most=HANG_SECONDS),
        at=one_of(body, "at", AT, default="before"),
        times=_times(body),
        share=_share(body),
    )


def only(body: Members, known: Set[str]) -> None:
    """Refuse members that nobody knows."""
    if unknown := sorted(body.keys() - known):
        raise RefusedError(f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}")


def text(body: Members, name: str, default: object = None, *, most: int = LONGEST_TEXT) -> str:
    """A member that is a string of at most `most` characters."""
    value = body.get(name, default)
    if not isinstance(value, str) or len(value) > most:
        raise RefusedError(f"{name} must be a string of at most {most} characters")
    return value


def one_of(body: Members, name: str, known: Collection[str], *, default: object = None) -> str:
    """A member that is one of a few words."""
    value = body.get(name, default)
    if not isinstance(value, str) or value not in known:
        raise RefusedError(f"{name} is one of {', '.join(known)}")
    return value


def number(body: Members, name: str, default: float, *, most: float, least: float = 0) -> float:
    """A member that is a number from `least` to `most`."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise RefusedError(f"{name} must be a number from {least:g} to {most:g}")
    return value


def whole(body: Members, name: str, default: int, *, least: int, most: int) -> int:
    """The same, without a fraction."""
    value = number(body, name, default, least=least, most=most)
    if value != int(value):
        raise RefusedError(f"{name} must be a whole number")
    return int(value)


def _known(mishap: type[Mishap], kind: str) -> Set[str]:
    return {kind} | {field.name for field in fields(mishap)} - {"kind"}


def _status(body: Members) -> int:
    return whole(body, "status", 0, least=400, most=599) if "status" in body else 0


def _times(body: Members) -> int:
    return whole(body, "times", 1, least=1, most=ALWAYS)


def _share(body: Members) -> float:
    return number(body, "share", 1, most=1)
