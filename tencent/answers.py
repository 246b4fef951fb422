"""Decides what an HTTP answer of the gateway means: the parsed object, or which of the five errors it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from tencent.errors import Garbled, Refused, Throttled, Unanswered
from tencent.messages import message_in, text_of
from tencent.parsing import NonsenseError, parse_object
from tencent.scrubbing import Scrubber
from tencent.transports import Answer

WORDS_BYTES = 2000
_UNFINISHED = frozenset({408, 499})


def understood(answer: Answer, *, scrub: Scrubber, now: datetime) -> dict[str, Any]:
    """The JSON object of a good answer.

    An `errorResponse` comes with HTTP 200 (inferred from client: lab-site), a gateway error as `{"message"}`
    with 4xx or 5xx (doc: gw-31717). Raises Throttled, Refused, Unanswered or Garbled, with the remote's words
    scrubbed.
    """
    state = answer.http_state
    if 300 <= state < 400:
        raise Garbled(cause="redirect", answer=answer)
    if state == 429:
        wait = _retry_after(answer.headers.get("retry-after", ""), now)
        raise Throttled(_words(answer, scrub), retry_after=wait, answer=answer)
    if state >= 500 or state in _UNFINISHED:
        raise Unanswered(_words(answer, scrub), cause=f"http_{state}", answer=answer)
    try:
        parsed = parse_object(answer.text)
    except NonsenseError as nonsense:
        raise Garbled(scrub(answer.text, WORDS_BYTES).strip(), cause=str(nonsense), answer=answer) from None
    refusal = parsed.get("errorResponse")
    if state >= 400 or (refusal and not _has_job_id(parsed)):
        raise _refused(parsed, answer, scrub)
    return parsed


def clock_skew(answer: Answer, now: datetime) -> float | None:
    """The answer's Date minus our clock in seconds, None without a readable Date; good to about a second."""
    date = _moment(answer.headers.get("date", ""))
    return round((date - now).total_seconds(), 1) if date else None


def _refused(parsed: Mapping[str, Any], answer: Answer, scrub: Scrubber) -> Refused | Garbled:
    message = scrub(message_in(parsed), WORDS_BYTES)
    refusal = parsed.get("errorResponse")
    code = scrub(text_of(refusal.get("code")), 100) if isinstance(refusal, Mapping) else ""
    if answer.http_state >= 400 and not (message or code):
        return Garbled(cause="no_message", answer=answer)
    return Refused(message, code=code, http_state=answer.http_state, answer=answer)


def _has_job_id(parsed: Mapping[str, Any]) -> bool:
    """A job's id outweighs an `errorResponse` beside it: calling that a refusal would invite a second job."""
    jobs = (value.get("job") for value in parsed.values() if isinstance(value, dict))
    return any(isinstance(job, dict) and job.get("id") for job in jobs)


def _words(answer: Answer, scrub: Scrubber) -> str:
    try:
        words = message_in(parse_object(answer.text))
    except NonsenseError:
        words = ""
    return scrub(words or answer.text, WORDS_BYTES).strip()


def _retry_after(value: str, now: datetime) -> float | None:
    if value.strip().isdecimal() and len(value.strip()) < 9:
        return float(value)
    moment = _moment(value)
    return max(0.0, (moment - now).total_seconds()) if moment else None


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return moment if moment.tzinfo else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
