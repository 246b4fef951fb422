"""Reads what the objects of a paste mean: a request, a reply, TMP's refusal, or something about a job."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from accounts.pasting.findings import PADDING, Findings
from accounts.pasting.labels import KEY_MEMBERS, MEMBERS, field_named
from accounts.pasting.loose_json import Found, objects_in
from tencent.errors import Garbled
from tencent.messages import Registered, message_in
from tencent.scrubbing import capped, clean

_CONTAINERS = {name.lower(): name for name in ("registerRequest", "cosConfig", "registerInfo")}
_ANSWER_MEMBERS = {name.lower(): name for name in ("requestId", "registerInfo", *MEMBERS, "message")} | {
    "createdat": "createdAt",
    "updatedat": "updatedAt",
}
_JOB_REPLIES = {"createjobresponse", "getjobresponse"}
_JOB_REQUESTS = {"createjobrequest", "getjobrequest", "listmodelsrequest"}
_ERROR_MEMBERS = {"message", "requestid", "code", "error", "errorcode"}
_KEYS = ("bucket_secret_id", "bucket_secret_key")
_ENVELOPE = {"requestid", "action", "registerrequest", "operateuin", "username", "cosconfig"}


def read(text: str, findings: Findings) -> list[Found]:
    """Takes what the text's objects say; gives back the ones that said something."""
    told: list[Found] = []
    try:
        for found in objects_in(text):
            if _read_one(found.members, findings):
                told.append(found)
                _note_flaws(found, findings)
    except ValueError:
        findings.note("too_deep")
    return told


def _note_flaws(found: Found, findings: Findings) -> None:
    flaws = {
        "truncated_json": found.truncated,
        "quotes_repaired": found.repaired,
        "two_values": found.doubled,
    }
    for word, is_so in flaws.items():
        if is_so:
            findings.note(word)


def _read_one(members: dict[str, Any], findings: Findings) -> bool:
    told = False
    for holder, path in _holders(members):
        told = _read_holder(holder, path, findings) or told
    return told


def _holders(members: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every object inside an object, with the names of TMP's own that lead to it."""
    waiting: deque[tuple[Any, str]] = deque([(members, "")])
    while waiting:
        value, path = waiting.popleft()
        if isinstance(value, dict):
            yield value, path
            if _is_reply(value) or _speaks_of_job(value):
                continue
            for name, inner in value.items():
                known = _CONTAINERS.get(name.strip(PADDING).lower())
                waiting.append((inner, f"{path}{name.strip(PADDING)}." if known else path))
        elif isinstance(value, list):
            waiting += [(item, path) for item in value]
        elif isinstance(value, str) and re.match(r"\s*\{", value):
            waiting += [(found.members, "") for found in objects_in(value)]


def _read_holder(holder: dict[str, Any], path: str, findings: Findings) -> bool:
    names = {name.strip(PADDING).lower() for name in holder}
    if _is_reply(holder):
        return _read_reply(holder, path, findings)
    if names & _JOB_REPLIES:
        return _tell(findings, "job_reply", kind="reply")
    if _speaks_of_job(holder):
        return "script" in findings.kinds or _tell(findings, "job_request")
    if "errorresponse" in names or (not path and "message" in names and names <= _ERROR_MEMBERS):
        findings.words = findings.words or capped(clean(message_in(holder)), 2000)
        return _tell(findings, "error_reply", kind="reply")
    return _read_request(holder, path, findings)


def _tell(findings: Findings, note: str, *, kind: str = "") -> bool:
    findings.note(note)
    findings.kinds += [kind] if kind else []
    return True


def _read_request(holder: dict[str, Any], path: str, findings: Findings) -> bool:
    told = False
    named = {name: found for name in holder if (found := field_named(name))}
    if _tells_nothing(named, path):
        return False
    for name, (meant, spelling) in named.items():
        told = findings.offer(meant, holder[name], path + spelling) or told
    strangers = {name.strip(PADDING).lower() for name in holder if name not in named} - _ENVELOPE
    names = {name.strip(PADDING).lower() for name in holder}
    if strangers and (path or names & {"registerrequest", "cosconfig"}):
        findings.note("unknown_members")
    if told:
        findings.kinds.append("body")
    return told


def _tells_nothing(named: dict[str, tuple[str, str]], path: str) -> bool:
    """A lone address in an object of somebody else's is no hint at a registration."""
    return not path and {meant for meant, _spelling in named.values()} <= {"address", "domain"}


def _is_reply(holder: dict[str, Any]) -> bool:
    names = {name.strip(PADDING).lower(): name for name in holder}
    return "registerinfo" in names or sum(name.lower() in names for name in KEY_MEMBERS) > 1


def _speaks_of_job(holder: dict[str, Any]) -> bool:
    names = {name.strip(PADDING).lower(): value for name, value in holder.items()}
    return bool(names.keys() & (_JOB_REPLIES | _JOB_REQUESTS)) or names.get("action") in (
        "CreateJob",
        "GetJob",
        "ListModels",
    )


def _read_reply(holder: dict[str, Any], path: str, findings: Findings) -> bool:
    findings.kinds.append("reply")
    answer = _spelled(holder)
    if "registerInfo" not in answer:
        answer = {"requestId": "", "registerInfo": answer}
    else:
        findings.offer("request_id", answer.get("requestId"), "requestId")
        info = answer["registerInfo"]
        answer = {"requestId": "", **answer, "registerInfo": _spelled(info) if isinstance(info, dict) else {}}
    _read_info(answer, path, findings)
    return True


def _read_info(answer: dict[str, Any], path: str, findings: Findings) -> None:
    look = Findings()
    for name, value in answer["registerInfo"].items():
        if name in MEMBERS:
            look.offer(name, value, name)
    for name, value in look.values.items():
        findings.offer(name, value, look.taken_from[name])
    findings.placeholders += [name for name in look.placeholders if name not in findings.placeholders]
    for word in look.notes:
        findings.note(word)
    try:
        registered = Registered.from_answer(answer)
    except Garbled:
        findings.note("incomplete_reply")
        return
    if look.placeholders and set(look.placeholders) & set(KEY_MEMBERS):
        return
    if registered.extra:
        findings.note("unknown_members")
    findings.offer_reply(answer, path.rstrip(".") or "registerInfo")


def _spelled(holder: dict[str, Any]) -> dict[str, Any]:
    """The same members with TMP's own spelling of the names it has, and their padding cut off."""
    return {
        _ANSWER_MEMBERS.get(name.strip(PADDING).lower(), name): value.strip(PADDING)
        if isinstance(value, str)
        else value
        for name, value in holder.items()
    }
