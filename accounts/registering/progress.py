"""What the page of a registration says: its row put into sentences, checks and one exchange."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.legible import laid_out, laid_out_text
from accounts.models import Registration
from accounts.registering import drafts
from accounts.registering.checking import is_unfit
from accounts.registering.doubts import needs_words
from accounts.registering.looking import keys_of, look_of
from accounts.registering.policy import policy_for
from accounts.registering.rows import rows_of
from accounts.sentences import explain_cause, explain_gateway

# Seconds that TMP's guide says a registration takes.
EXPECTED_SECONDS = 120
# How often the page asks again, in seconds: while work goes on, and while keys may still turn up.
LIVE_SECONDS, WAITING_SECONDS = 1, 5
State = Registration.State
# The bucket is no longer what it is about.
ENDED = (State.DONE, State.REFUSED, State.UNSURE)


def progress_of(registration: Registration) -> dict[str, Any]:
    """Context of accounts/_registration.html."""
    elapsed, look, checks = _elapsed(registration), look_of(registration), rows_of(registration)
    return {
        "registration": registration,
        "is_live": registration.state in Registration.LIVE,
        "watch_seconds": _watch_seconds(registration),
        "mark": mark_of(registration),
        "checks": checks,
        "checks_matter": registration.state not in ENDED or any(row.wants_something for row in checks),
        "is_unfit": is_unfit(registration.checks),
        "has_warning": any(row.state == "warn" for row in checks),
        "repair": next((row for row in checks if row.is_repair), None),
        "elapsed": elapsed,
        "elapsed_shown": min(elapsed, EXPECTED_SECONDS),
        "expected": EXPECTED_SECONDS,
        "is_late": elapsed > EXPECTED_SECONDS,
        "sentence": explain_gateway(registration.error_kind) if registration.error_kind else "",
        "cause": explain_cause(registration.error_words),
        "exchange": _exchange_shown(registration.exchange),
        "has_sealed_answer": registration.state == State.UNSURE
        and bool(registration.__dict__.get("raw_reply")),
        "look": look,
        "keys": keys_of(registration, "raw_reply") if _is_draft_import(registration) else (),
        "followed_by": Registration.objects.filter(follows=registration).first(),
        "may_be_discarded": drafts.may_be_discarded(registration),
        "needs_words": needs_words(registration, registration.endpoint),
        "policy": policy_for(registration),
    }


def has_findings(registration: Registration) -> bool:
    """Whether a draft has been tried and came back with something to read."""
    return bool(registration.checks or registration.error_kind)


def mark_of(registration: Registration) -> str:
    """Differs whenever there is news worth reading out, which is not every second."""
    return f"{registration.state}-{len(registration.checks)}-{registration.look_result}"


def _watch_seconds(registration: Registration) -> int:
    """How often the page asks for itself again; 0 when nothing can change by itself."""
    if registration.state in Registration.LIVE or look_of(registration).is_under_way:
        return LIVE_SECONDS
    still_open = registration.state == State.UNSURE and registration.look_result != "found"
    return WAITING_SECONDS if still_open else 0


def _is_draft_import(registration: Registration) -> bool:
    return registration.state == State.DRAFT and registration.is_import


def _elapsed(registration: Registration) -> int:
    if registration.state != State.REGISTERING or registration.sent_at is None:
        return 0
    return max(0, int((timezone.now() - registration.sent_at).total_seconds()))


def _exchange_shown(exchange: dict[str, Any] | None) -> dict[str, Any] | None:
    if not exchange:
        return None
    answer_code = exchange.get("http_state")
    return {
        "title": exchange.get("action", ""),
        "answer_code": answer_code,
        "tone": "good" if answer_code and not exchange.get("error") else "bad" if answer_code else "warn",
        "duration": exchange.get("seconds"),
        "when": parse_datetime(exchange.get("started_at", "")),
        "request": laid_out(exchange.get("request")),
        "answer": laid_out_text(exchange.get("answer", "")),
    }
