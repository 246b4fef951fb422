"""What a first contact taught: facts for the portal to set, and a report fit to be published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

ANSWER_CHARACTERS = 2000
_PUBLIC_HOSTS = (".tencent.com", ".tencentcs.com")
_TELLING = (
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE), "<id>"),
    (re.compile(r"(?:https?://)?[\w.-]+\.(?:myqcloud\.com|tencentcos\.cn)[^\s\"']*"), "<bucket>"),
    (re.compile(r"\b[a-z0-9][a-z0-9-]*-\d{8,12}\b"), "<bucket>"),
    (re.compile(r"\b(?:AKID|IKID)\w+"), "<key id>"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "<address>"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b"), "<address>"),
    (re.compile(r"(?=[\w+/=]*\d)(?=[\w+/=]*[A-Za-z])[\w+/=]{24,}"), "<token>"),
    (re.compile(r"(?<!\d)\d{8,20}(?:_[A-Za-z0-9]{1,19})?(?!\d)"), "<number>"),
)


Form = Literal["errorResponse", "message", "job", "empty", "other", "none"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one question brought. Keys, caller and content id are gone from every text of it.

    `kind` names the branch of tencent.errors, "" when the answer was no error; `words` TMP's own, `seconds`
    the length of the call, `job_id` the job it made, if it made one.
    """

    key: str
    exchange: dict[str, Any]
    http_state: int | None = None
    form: Form = "none"
    words: str = ""
    kind: str = ""
    seconds: float = 0.0
    clock_skew_s: float | None = None
    rate_limit: str = ""
    job_id: str = ""


def lessons(findings: Iterable[Finding]) -> dict[str, Any]:
    """Only what was really learned, by these names.

    business_http_state, signature_http_state (int); wrong_key_words, unknown_job_words, signature_words,
    unknown_action_words, invalid_descriptor_words (TMP's own); signature_enforced, source_checked,
    date_checked, x_date_taken, invalid_descriptor_made_a_job (bool); rate_limit (such as `5000/5000`).
    """
    by_key = {finding.key: finding for finding in findings}
    learned = {**_states(by_key), **_words(by_key), **_habits(by_key)}
    return {name: value for name, value in learned.items() if value not in (None, "")}


def report(findings: Iterable[Finding]) -> dict[str, Any]:
    """The findings as JSON without a key, an account, a bucket or an id in them: fit to be sent back and
    published."""
    found = list(findings)
    told = {"lessons": lessons(found), "findings": [_told(finding) for finding in found]}
    return {"report": "first contact", "version": 1, **_anonymous(told)}


def hidden(value: Any, names: Mapping[str, str]) -> Any:
    """The same JSON value with every name replaced by its placeholder, the longest first."""
    if isinstance(value, str):
        for name in sorted(names, key=len, reverse=True):
            value = re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", names[name], value)
        return value
    if isinstance(value, list):
        return [hidden(item, names) for item in value]
    if isinstance(value, dict):
        return {name: hidden(item, names) for name, item in value.items()}
    return value


def _states(by_key: Mapping[str, Finding]) -> dict[str, Any]:
    found = by_key.values()
    business = (finding.http_state for finding in found if finding.form == "errorResponse")
    limits = (finding.rate_limit for finding in found if finding.rate_limit)
    return {
        "business_http_state": next(business, None),
        "signature_http_state": next((f.http_state for f in found if _is_signature(f)), None),
        "rate_limit": next(limits, ""),
    }


def _words(by_key: Mapping[str, Finding]) -> dict[str, Any]:
    def said(key: str) -> str:
        finding = by_key.get(key)
        return finding.words if finding and finding.kind == "Refused" else ""

    business = {
        "wrong_key_words": said("wrong_tmp_key"),
        "unknown_job_words": said("unknown_job"),
        "unknown_action_words": said("unknown_action"),
        "invalid_descriptor_words": said("invalid_descriptor"),
    }
    return {**business, "signature_words": said("wrong_gateway_key")}


def _habits(by_key: Mapping[str, Finding]) -> dict[str, Any]:
    """Judged against the same question asked properly: without that, a refusal proves nothing."""
    made = by_key.get("invalid_descriptor")
    habits: dict[str, Any] = {
        "invalid_descriptor_made_a_job": bool(made.job_id) if made and _is_business(made) else None
    }
    proper = by_key.get("unknown_job")
    if proper is None or not _is_business(proper):
        return habits
    unsigned = (_differs(by_key.get(key), proper) for key in ("no_signature", "wrong_gateway_key"))
    minded = [differs for differs in unsigned if differs is not None]
    x_date = _differs(by_key.get("x_date_only"), proper)
    return habits | {
        "signature_enforced": all(minded) if minded else None,
        "source_checked": _differs(by_key.get("other_source"), proper),
        "date_checked": _differs(by_key.get("old_date"), proper),
        "x_date_taken": None if x_date is None else not x_date,
    }


def _differs(finding: Finding | None, proper: Finding) -> bool | None:
    """Whether the service minded the difference; None when it gave no answer to judge by."""
    if finding is None or not (_is_business(finding) or _is_signature(finding)):
        return None
    if _is_signature(finding):
        return True
    return (finding.form, _plain(finding.words)) != (proper.form, _plain(proper.words))


def _is_business(finding: Finding) -> bool:
    """Whether TMP itself answered, not the gateway before it."""
    return finding.form in ("errorResponse", "job", "empty") and not _is_signature(finding)


def _is_signature(finding: Finding) -> bool:
    return finding.http_state in (401, 403) and finding.form == "message"


def _plain(words: str) -> str:
    return str(_anonymous(words))


def _told(finding: Finding) -> dict[str, Any]:
    host = urlsplit(str(finding.exchange.get("url", ""))).hostname or ""
    return {
        "question": finding.key,
        "host": host if host.endswith(_PUBLIC_HOSTS) else "<own host>",
        "http_state": finding.http_state,
        "form": finding.form,
        "kind": finding.kind,
        "words": finding.words,
        "answer": str(finding.exchange.get("answer", ""))[:ANSWER_CHARACTERS],
        "seconds": finding.seconds,
        "clock_skew_s": finding.clock_skew_s,
        "rate_limit": finding.rate_limit,
        "made_a_job": bool(finding.job_id),
    }


def _anonymous(value: Any) -> Any:
    if isinstance(value, str):
        for telling, placeholder in _TELLING:
            value = telling.sub(placeholder, value)
        return value
    if isinstance(value, list):
        return [_anonymous(item) for item in value]
    if isinstance(value, dict):
        return {name: _anonymous(item) for name, item in value.items()}
    return value
