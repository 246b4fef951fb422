"""How jobs are told in answers, in the words of the dialect (what is known: tmp-protocol 3.2 and 3.4)."""

import json
import secrets
import time
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, cast

from sandbox import assumptions as tmp
from sandbox.dialects import Dialect
from sandbox.platform.refusing import Members

if TYPE_CHECKING:
    from sandbox.platform.jobs import Job

NAMES = {1: "SUBMITTED", 2: "PROCESSING", 3: "COMPLETED", 4: "ERROR", 5: "CANCELED"}
UNDOCUMENTED = 6
CHINA = timezone(timedelta(hours=8))


def new_id(dialect: Dialect) -> str:
    """A job id that nobody has, as it is kept."""
    forms = {
        "digits": lambda: str(_long()),
        "number": lambda: str(100_000_000_000 + secrets.randbelow(900_000_000_000)),
        "long-number": lambda: str(_long()),
        "prefixed": lambda: f"tmp_{datetime.now(CHINA):%Y%m%d}_{secrets.token_hex(8)}",
        "uuid": lambda: str(uuid.uuid4()),
    }
    return forms[dialect["job-id"]]()


def _long() -> int:
    """As services number things: by time, then by chance, within 63 bits."""
    return 1_000_000_000_000_000_000 + secrets.randbelow(8_000_000_000_000_000_000)


def created(job: "Job", dialect: Dialect) -> Members:
    """The job in the answer to its CreateJob."""
    whole = told(job, seen(tmp.SUBMITTED, 0, dialect), dialect)
    kept = {"id-only": ("id",), "id-and-state": ("id", "state")}.get(dialect["create-answer"])
    return {name: whole[name] for name in kept} if kept else whole


def told(job: "Job", state: int, dialect: Dialect) -> Members:
    """The Job object, showing `state` and what belongs to it."""
    members: Members = {"id": _id(job, dialect), "state": _state(state, dialect)}
    if dialect["echo"] == "inputs-too":
        members["inputs"] = job.request["inputs"]
    members |= _outputs(job, state, dialect)
    if job.custom_id and dialect["echo"] != "nothing":
        members["customId"] = job.custom_id
    if dialect["members"] == "many":
        members |= _further(job, state, dialect)
    if state == tmp.ERROR:
        members = _with_words(members, job.message, dialect["failed-job"])
    return members


def moment(seconds: float, dialect: Dialect) -> object:
    """A moment (seconds since 1970) as the dialect writes it."""
    forms = {
        "iso": datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "text": datetime.fromtimestamp(seconds, CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        "seconds": int(seconds),
        "milliseconds": int(seconds * 1000),
    }
    return forms[dialect["time-stamps"]]


def seen(state: int, looks: int, dialect: Dialect) -> int:
    """What a caller sees at the `looks`-th look (0: the answer to CreateJob) instead of a live state."""
    if state not in (tmp.SUBMITTED, tmp.PROCESSING):
        return state
    if dialect["states"] == "1-2-6":
        return UNDOCUMENTED if state == tmp.PROCESSING and looks % 2 == 0 else state
    return {"1": tmp.SUBMITTED, "2": tmp.PROCESSING}.get(dialect["states"], state)


def _id(job: "Job", dialect: Dialect) -> object:
    return int(job.id) if dialect["job-id"].endswith("number") and job.id.isdigit() else job.id


def _state(state: int, dialect: Dialect) -> object:
    forms = {"number": state, "digits": str(state), "decimal": float(state)}
    return forms.get(dialect["state-form"], NAMES.get(state, f"STATE_{state}"))


def _outputs(job: "Job", state: int, dialect: Dialect) -> Members:
    has_result = state == tmp.COMPLETED and bool(job.found)
    if not has_result and dialect["outputs"] != "at-once":
        empty: dict[str, Members] = {"absent": {}, "null": {"outputs": None}, "empty": {"outputs": []}}
        return empty[dialect["outputs"]]
    outputs = []
    for index, output in enumerate(cast(list[Members], job.request["outputs"])):
        shown = _destination(str(output.get("destination") or tmp.DESTINATION), dialect["destination"])
        if not has_result:
            outputs.append(shown)
            continue
        for result in _results(job.found[index], dialect["several-songs"]):
            outputs.append({**shown, "smartContentResult": _result(result, dialect["result-form"])})
    return {"outputs": outputs}


def _results(found: object, form: str) -> list[object]:
    """What the outputs in the answer tell of one output in the request, which may have several songs."""
    if not isinstance(found, list):
        return [found]
    if form == "outputs":
        return found
    [capability] = found[0]
    return [{capability: [each[capability] for each in found]}]


def _destination(sent: str, form: str) -> Members:
    bare = sent.strip("/")
    forms = {"as-sent": sent, "bare": bare, "slashes": f"/{bare}/" if bare else "/"}
    return {"destination": forms[form]} if form in forms else {}


def _result(found: object, form: str) -> object:
    if form == "text":
        return json.dumps(found, ensure_ascii=False)
    if form == "list":
        return [found]
    if form == "bare" and isinstance(found, dict):
        return next(iter(found.values()))
    return found


def _further(job: "Job", state: int, dialect: Dialect) -> Members:
    """What no source names: a reader must not stumble over it."""
    return {
        "progress": 100 if state == tmp.COMPLETED else 40 * job.looks % 100,
        "createdAt": moment(job.created, dialect),
        "updatedAt": moment(time.time(), dialect),
        "startTime": None,
        "priority": 0,
        "cost": {"unit": "second", "amount": 0.0, "free": True},
        "tags": [],
        "type": "SMART_MUSIC",
        "error": None,
        "message": "",
    }


def _with_words(members: Members, words: str, form: str) -> Members:
    code, _, rest = words.partition(" ")
    told: dict[str, Members] = {
        "message-and-error-response": {"message": words, "errorResponse": {"message": words}},
        "error-response": {"errorResponse": {"message": words}},
        "message": {"message": words},
        "error-text": {"error": words},
        "error-object": {"error": {"code": code, "message": words}},
        "error-message": {"errorMessage": words},
        "error-msg": {"errorCode": int(code) if code.isdecimal() else -1, "errorMsg": rest or words},
        "in-outputs": {"outputs": [{"error": {"message": words}}]},
        "none": {},
    }
    return members | told[form]
