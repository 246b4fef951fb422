"""What the page of a registration says: its row put into sentences, checks and one exchange."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import Registration
from accounts.registering.checking import is_unfit
from accounts.sentences import explain_check, explain_gateway

# Seconds that TMP's guide says a registration takes.
EXPECTED_SECONDS = 120
State = Registration.State


def progress_of(registration: Registration) -> dict[str, Any]:
    """Context of accounts/_registration.html."""
    elapsed = _elapsed(registration)
    return {
        "registration": registration,
        "is_live": registration.state in Registration.LIVE,
        "checks": [_check_row(row) for row in registration.checks],
        "is_unfit": is_unfit(registration.checks),
        "elapsed": elapsed,
        "elapsed_shown": min(elapsed, EXPECTED_SECONDS),
        "expected": EXPECTED_SECONDS,
        "is_late": elapsed > EXPECTED_SECONDS,
        "sentence": explain_gateway(registration.error_kind) if registration.error_kind else "",
        "exchange": _exchange_shown(registration.exchange),
        "has_sealed_answer": registration.state == State.UNSURE
        and bool(registration.__dict__.get("raw_reply")),
    }


def has_findings(registration: Registration) -> bool:
    """Whether a draft has been tried and came back with something to read."""
    return bool(registration.checks or registration.error_kind)


def _elapsed(registration: Registration) -> int:
    if registration.state != State.REGISTERING or registration.sent_at is None:
        return 0
    return max(0, int((timezone.now() - registration.sent_at).total_seconds()))


def _check_row(row: dict[str, Any]) -> dict[str, Any]:
    state, code = row.get("state", ""), row.get("code", "")
    explained = explain_check(row.get("key", ""), state, code)
    if row.get("key") == "cors" and state == "warn":
        # Nobody has to do anything about it, so it must not look like trouble.
        state, code = "skipped", ""
    return {
        "key": row.get("key", ""),
        "state": state,
        "title": explained.title,
        "sentence": explained.sentence,
        "fix": explained.fix if state in ("warn", "failed") else "",
        "code": code,
    }


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
        "request": json.dumps(exchange.get("request"), ensure_ascii=False, indent=2),
        "answer": _pretty(exchange.get("answer", "")),
    }


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text
