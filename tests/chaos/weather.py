"""What a chaos run orders at the sandbox: bad answers, odd outcomes and a moody bucket, by its own dice."""

from __future__ import annotations

from typing import Any

from tests.faults.stage import Stage

# As often as there are calls.
ALWAYS = 1_000_000
# Kinds of bad answers to a CreateJob, together a third of them.
CREATIONS: list[tuple[str, dict[str, Any]]] = [
    ("http_500", {}),
    ("http", {"status": 502}),
    ("reset_before", {}),
    ("close_before", {}),
    ("hang_before", {}),
    ("lost_reply", {}),
    ("reset_after", {}),
    ("hang", {}),
    ("half", {}),
    ("cut_chunk", {}),
    ("garbage", {}),
    ("drip", {"seconds": 0.3}),
    ("oversized", {}),
    ("redirect", {}),
]
CREATION_SHARE = 0.026
QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("http_500", {}),
    ("http", {"status": 502}),
    ("reset_before", {}),
    ("lost_reply", {}),
    ("half", {}),
    ("garbage", {}),
    ("drip", {"seconds": 0.02}),
    ("slow", {"seconds": 1.5}),
    ("redirect", {}),
]
QUESTION_SHARE = 0.012
OUTCOMES: list[tuple[str, float, dict[str, Any]]] = [
    ("fail", 0.03, {"message": "the song is silent"}),
    ("late", 0.03, {"seconds": 3}),
    ("late_output", 0.03, {"seconds": 1.5}),
    ("unknown", 0.015, {}),
    ("backwards", 0.02, {}),
    ("flips", 0.01, {}),
    ("odd_state", 0.02, {"seconds": 2}),
    ("other_content", 0.01, {}),
    ("no_output", 0.01, {}),
    ("never_ends", 0.01, {}),
]
STORE: list[tuple[str, str, float, dict[str, Any]]] = [
    ("http", "GetObject", 0.04, {"status": 503}),
    ("reset", "GetObject", 0.03, {}),
    ("half", "GetObject", 0.03, {}),
    ("slow", "GetObject", 0.03, {"seconds": 1}),
    ("http", "GetBucket", 0.05, {"status": 503}),
    ("close", "GetBucket", 0.05, {}),
]
# Every 429 halves an account's pace for minutes: so many for each that a person can make good by resuming it.
THROTTLES = 4
# Songs that TMP does not want, and keys that it does not know for a moment.
REFUSALS = 3


def order(stage: Stage, *, stranger: str) -> None:
    """Bad weather until the sandbox is told to forget it; redirects lead to `stranger`."""
    sandbox = stage.sandbox
    for caller in callers(stage):
        for retry_after in range(THROTTLES):
            sandbox.fault("throttle", "CreateJob", caller=caller, share=0.04, retry_after=retry_after)
        sandbox.fault("refuse", "CreateJob", caller=caller, share=0.03, times=REFUSALS, message="unfit song")
    sandbox.fault("http", "CreateJob", caller=callers(stage)[-1], share=0.05, status=401)
    for kind, more in CREATIONS:
        sandbox.fault(kind, "CreateJob", times=ALWAYS, share=CREATION_SHARE, **_to(kind, stranger, more))
    for kind, more in QUESTIONS:
        sandbox.fault(kind, "GetJob", times=ALWAYS, share=QUESTION_SHARE, **_to(kind, stranger, more))
    for kind, share, more in OUTCOMES:
        sandbox.outcome(kind, times=ALWAYS, share=share, **more)
    for kind, action, share, more in STORE:
        sandbox.store_fault(kind, action, times=ALWAYS, share=share, **more)


def callers(stage: Stage) -> list[str]:
    """How the sandbox calls the stage's accounts, in the order in which they were registered."""
    return [entry["source"] for entry in stage.sandbox.ledger("register")]


def _to(kind: str, stranger: str, more: dict[str, Any]) -> dict[str, Any]:
    return {**more, "location": stranger} if kind == "redirect" else more
