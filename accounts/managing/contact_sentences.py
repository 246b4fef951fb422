"""The questions of a first contact in plain words, what TMP answered, and what the portal makes of it."""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from accounts.clients import NOT_RUNNING, PLAIN_HTTP
from accounts.endpoints import Text
from accounts.legible import laid_out, laid_out_text
from accounts.managing.asking import Phase
from accounts.managing.contact import ABANDONED, CANNOT_OPEN, are_alike
from accounts.sentences import explain_gateway
from tencent.first_contact import Question

_QUESTIONS: dict[str, tuple[Text, Text]] = {
    "unknown_job": (
        _("What about a job that does not exist?"),
        _("Asks for a made-up job ID, with everything else as it should be."),
    ),
    "wrong_tmp_key": (
        _("And with a wrong TMP key?"),
        _("The same question, with a made-up tmpSecretKey."),
    ),
    "wrong_gateway_key": (
        _("And with a wrong gateway key?"),
        _("The same question, signed with a made-up apiGateSecretKey."),
    ),
    "no_signature": (_("And without a signature?"), _("The same question, without Authorization and Date.")),
    "other_source": (
        _("And in somebody else's name?"),
        _("The same question, with 0_nobody as the Source header, signed with the right key."),
    ),
    "old_date": (
        _("And with a date two hours old?"),
        _("The same question, signed as if this computer's clock were two hours behind."),
    ),
    "x_date_only": (
        _("And with X-Date in place of Date?"),
        _("The same question, signed over the header that browsers may set."),
    ),
    "unknown_action": (
        _("What about a call that does not exist?"),
        _("Asks for ListJobs, which no page names."),
    ),
    "invalid_descriptor": (
        _("What about a capability that does not exist?"),
        _(
            "Sends a CreateJob without a real file, content ID or capability. TMP should decline it, but it "
            "may make a job of it, and nobody can promise that such a job costs nothing."
        ),
    ),
}

# Numbers of the open questions of the protocol notes.
_OPEN_QUESTIONS: dict[int, Text] = {
    7: _("the HTTP state of a refusal"),
    8: _("what a wrong TMP key looks like"),
    9: _("what an unknown job looks like"),
    11: _("the form of a job ID"),
    15: _("whether signatures are checked"),
    16: _("whether Source is compared with the keys"),
    17: _("whether the date is checked"),
    19: _("which further calls there are"),
}

_FORMS: dict[str, Text] = {
    "errorResponse": _("TMP itself declined, with HTTP %(http_state)s."),
    "message": _("The gateway before TMP declined, with HTTP %(http_state)s."),
    "job": _("TMP answered with a job, with HTTP %(http_state)s."),
    "empty": _("TMP answered HTTP %(http_state)s and said nothing."),
    "other": _("HTTP %(http_state)s came with something that nobody foresaw."),
}
_MADE_A_JOB = _("TMP made a job of it, with the ID %(job_id)s. It may appear on the bill.")

_TROUBLES: dict[str, Text] = {
    ABANDONED: _("The portal failed in the middle; its log has the details. What came until then is kept."),
    CANNOT_OPEN: _("The account's keys cannot be opened with the portal's field key, so nothing was asked."),
    NOT_RUNNING: _("The sandbox is not running, so nothing was asked. Start it again with: make demo"),
    PLAIN_HTTP: _("The settings of this portal forbid plain http, so nothing was asked."),
    "Unreachable": _("TMP could not be reached, so the other questions were not asked."),
    "Throttled": _("TMP asked for a pause, so the other questions were not asked. Try again later."),
}
_PHASES: dict[Phase, Text] = {
    Phase.UNANSWERED: _(
        "No worker of the portal answers, so nothing was asked. Start the portal again, and look at the log "
        "of its worker."
    ),
    Phase.STALLED: _(
        "The worker stopped in the middle. What came until then is kept, and you may ask again; whatever was "
        "on its way then may have been asked already."
    ),
}

_WORDS_LEARNED: dict[str, Text] = {
    "wrong_key_words": _(
        "TMP answers a wrong TMP key with the words “%(value)s”. The portal will pause the account when it "
        "sees them."
    ),
    "unknown_job_words": _("TMP answers an unknown job with the words “%(value)s”."),
    "signature_words": _("A wrong signature is declined with the words “%(value)s”."),
    "unknown_action_words": _("A call that does not exist is declined with the words “%(value)s”."),
    "invalid_descriptor_words": _("An unknown capability is declined with the words “%(value)s”."),
    "business_http_state": _("When TMP itself declines something, the answer comes with HTTP %(value)s."),
    "signature_http_state": _("When the gateway declines a signature, the answer comes with HTTP %(value)s."),
    "rate_limit": _("The gateway limits the number of calls: %(value)s."),
}
_INDISTINCT = _(
    "TMP answers a wrong TMP key with the words “%(value)s”, as it does an unknown job, so the portal cannot "
    "tell one from the other."
)
_HABITS_LEARNED: dict[tuple[str, bool], Text] = {
    ("signature_enforced", True): _("Signatures are checked: the portal goes on signing every call."),
    ("signature_enforced", False): _(
        "Signatures are not checked: whoever has the TMP keys needs no others. The portal goes on signing."
    ),
    ("source_checked", True): _("The Source header must be the account's own, as the portal sends it."),
    ("source_checked", False): _("The Source header may be anything."),
    ("date_checked", True): _("The date of a call must be about right: keep this computer's clock right."),
    ("date_checked", False): _("The date of a call is not checked."),
    ("needs_x_date", True): _(
        "Date is not enough for this service, so calls are signed with X-Date, whose age is checked: keep "
        "this computer's clock right."
    ),
    ("x_date_taken", True): _("X-Date is taken in place of Date."),
    ("x_date_taken", False): _("X-Date is not taken in place of Date; the portal sends Date."),
    ("invalid_descriptor_made_a_job", True): _(
        "TMP makes a job even of a capability that does not exist: check what you send."
    ),
    ("invalid_descriptor_made_a_job", False): _("TMP declines a capability that does not exist at once."),
}


def title_of(key: str) -> Text:
    """The question in plain words."""
    return _QUESTIONS.get(key, (key, ""))[0]


def question_row(question: Question) -> dict[str, Any]:
    """A question as the form shows it."""
    title, text = _QUESTIONS.get(question.key, (question.key, ""))
    return {
        "key": question.key,
        "title": title,
        "text": text,
        "teaches": [(number, _OPEN_QUESTIONS.get(number, "")) for number in question.asks],
        "may_cost": question.may_cost,
    }


def finding_row(finding: dict[str, Any]) -> dict[str, Any]:
    """What one question brought; `finding` as it is kept."""
    exchange = finding.get("exchange", {})
    form, answer = finding.get("form", ""), exchange.get("answer", "")
    state = (
        "warn" if finding.get("job_id") or form in ("other", "job") else "ok" if form in _FORMS else "failed"
    )
    return {
        "key": finding["key"],
        "title": title_of(finding["key"]),
        "state": state,
        "sentence": _sentence(finding),
        "words": finding.get("words", ""),
        "action": exchange.get("action", ""),
        "http_state": finding.get("http_state"),
        "tone": {"ok": "good", "warn": "warn"}.get(state, "bad"),
        "seconds": finding.get("seconds"),
        "at": parse_datetime(str(exchange.get("started_at", ""))),
        "request": laid_out(exchange.get("request")),
        "answer": laid_out_text(answer),
    }


def lesson_sentences(lessons: dict[str, Any]) -> list[Text]:
    """What was learned, and what the portal does about it; what nobody foresaw is named as it is."""
    sentences = [_lesson(name, value) for name, value in lessons.items()]
    wrong, unknown = lessons.get("wrong_key_words"), lessons.get("unknown_job_words")
    if wrong and unknown and are_alike(wrong, unknown):
        place = list(lessons).index("wrong_key_words")
        sentences[place] = str(_INDISTINCT) % {"value": wrong}
    return sentences


def trouble_sentence(trouble: str, phase: Phase) -> Text:
    """Why not everything was asked; "" when it was, or still is."""
    if phase in _PHASES:
        return _PHASES[phase]
    return _TROUBLES.get(trouble, "")


def _lesson(name: str, value: Any) -> Text:
    if isinstance(value, bool) and (name, value) in _HABITS_LEARNED:
        return _HABITS_LEARNED[name, value]
    if name in _WORDS_LEARNED:
        return str(_WORDS_LEARNED[name]) % {"value": value}
    return f"{name}: {value}"


def _sentence(finding: dict[str, Any]) -> Text:
    if finding.get("job_id"):
        return str(_MADE_A_JOB) % {"job_id": finding["job_id"]}
    form = _FORMS.get(finding.get("form", ""))
    if form is None:
        return explain_gateway(finding.get("kind", ""))
    return str(form) % {"http_state": finding.get("http_state")}
