"""Answers as no gateway should give them: well-formed ones with damaged values, shapes, bytes and headers."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from tencent.transports import Answer

_STATES = (200,) * 24 + (201, 204, 302, 400, 401, 403, 404, 408, 418, 429, 499, 500, 502, 503, 504, 999)
_WORDS = (
    "", " ", "\0", "a\0b", "\ud800", "\udfff x", "\u202e", "\ufffe", "\U0001f3b5", "x" * 300, "y" * 70_000,
    "0", "-0",
    "1e999", "NaN", "null", "<script>", "%s %d {0}", "../../x", "tmp-1", "\r\nSet-Cookie: a", "true", "3",
    "3.0", "٣",
)  # fmt: skip
_NUMBERS = (
    0, -1, 1, 2, 3, 4, 5, 99, 10**6, 2**31, 2**63, 2**64, -(2**63) - 1, 10**40, 1.5, -0.0, 1e308, 5e-324, 3.0,
    float("nan"), float("inf"), float("-inf"),
)  # fmt: skip
_NAMES = (
    "id", "state", "message", "outputs", "errorResponse", "code", "job", "getJobResponse",
    "createJobResponse",
    "smartContentResult", "musicBeat", "beats", "destination", "customId", "requestId", "registerInfo",
    "tmpContentId", "tmpSecretId", "tmpSecretKey", "apiGateSecretId", "apiGateSecretKey", "", "\0",
    "\ud801", "9" * 90,
)  # fmt: skip
_WHOLE = (
    b"", b"\0", b"null", b"[]", b"{}", b"<html><body>502 Bad Gateway</body></html>", b"\xff\xfe{\0}\0",
    b"[" * 200_000,
    b'{"a":' * 50_000, b"1" * 5_001, b"\xef\xbb\xbf{}", b'{"id":NaN}', b"\x1f\x8b\x08\0\0",
    b'"' + b"\\ud800" * 500 + b'"',
    b'{"getJobResponse":{"job":{"id":' + b"7" * 5_000 + b',"state":3}}}',
)  # fmt: skip
_HEADERS = (
    ("date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("date", "yesterday"),
    ("date", "Fri, 31 Dec 99999 00:00:00 GMT"),
    ("retry-after", "-5"), ("retry-after", "9" * 400), ("retry-after", "soon"), ("retry-after", "1e309"),
    ("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT"), ("x-api-requestid", "\0" * 9),
    ("x-api-requestid", "r" * 9_000),
    ("X-Service-RateLimit", "0/1s"), ("X-Service-RateLimit", "9" * 99),
    ("X-Service-RateLimit", "unlimited; -1/0s"),
    ("content-type", "text/html; charset=\xff"), ("location", "http://127.0.0.1:1/"),
)  # fmt: skip
_MOST_DAMAGES = 4


def answer(action: str, number: int, seed: int, *, job_id: str) -> Answer:
    """Answer `number` to that action, always the same; the job's id stands in most of those about one."""
    dice = random.Random(f"{seed}/{action}/{number}")
    headers = dict(dice.sample(_HEADERS, dice.choice((0, 0, 0, 1, 2))))
    return Answer(http_state=dice.choice(_STATES), headers=headers, body=_body(dice, action, job_id))


def _body(dice: random.Random, action: str, job_id: str) -> bytes:
    if dice.random() < 0.05:
        return dice.choice(_WHOLE)
    told = _refusal(dice) if dice.random() < 0.15 else _good(dice, action, job_id)
    for _ in range(dice.randint(0, _MOST_DAMAGES)):
        told = _damaged(dice, told)
    body = json.dumps(told, ensure_ascii=dice.random() < 0.6, separators=(",", ":"))
    content = body.encode("utf-8", "surrogatepass")
    return _torn(dice, content) if dice.random() < 0.15 else content


def _good(dice: random.Random, action: str, job_id: str) -> dict[str, Any]:
    if action == "Register":
        names = (
            "tmpContentId",
            "tmpSecretId",
            "tmpSecretKey",
            "apiGateSecretId",
            "apiGateSecretKey",
            "demoCosPath",
        )
        info = {name: f"{name}-{dice.getrandbits(60):x}" for name in names}
        more = {"usageDescription": "u", "message": "m", "createdAt": "2026-11-29T00:00:00Z"}
        return {"requestId": "r", "registerInfo": {**info, **more}}
    member = f"{action[0].lower()}{action[1:]}Response"
    job: dict[str, Any] = {"id": job_id, "state": dice.choice((1, 2, 3, 3, 3, 4, 5)), "customId": "c"}
    job["outputs"] = [{"destination": "/o", "smartContentResult": {"musicBeat": _found(dice)}}]
    if job["state"] == 4:
        job["message"] = "10004 Engine Error: no."
    return {"requestId": "r", member: {"job": job}}


def _found(dice: random.Random) -> Any:
    times = [round(0.5 * at, 3) for at in range(dice.randint(0, 40))]
    beats = [
        {"time": time, "strength": dice.random(), "downbeat": not at % 4} for at, time in enumerate(times)
    ]
    return dice.choice(
        (
            {"beats": times, "bpm": 120},
            {"beats": beats},
            {"beatFileName": "beat.json", "mergeFileName": "x.wav"},
            times,
        )
    )


def _refusal(dice: random.Random) -> dict[str, Any]:
    words = dice.choice(("No.", "HMAC signature does not match", "job not found", *_WORDS))
    return dice.choice(
        ({"errorResponse": {"code": "E", "message": words}}, {"message": words}, {"errorResponse": words})
    )


def _nasty(dice: random.Random) -> Any:
    kind = dice.random()
    if kind < 0.45:
        return dice.choice(_WORDS)
    if kind < 0.8:
        return dice.choice(_NUMBERS)
    return copy.deepcopy(
        dice.choice((None, True, False, [], {}, [[]], {"": None}, [None] * 500, {"a": {"b": [0]}}))
    )


def _damaged(dice: random.Random, told: Any) -> Any:
    """One place of it is something else, gone, doubled, renamed, wrapped or deeper than anybody reads."""
    spots = list(_spots(told))
    if not spots:
        return _nasty(dice)
    holder, name = dice.choice(spots)
    what = dice.random()
    if what < 0.5:
        holder[name] = _nasty(dice)
    elif what < 0.62:
        del holder[name]
    elif what < 0.74 and isinstance(holder, dict):
        holder[dice.choice(_NAMES)] = holder.pop(name)
    elif what < 0.84:
        holder[name] = [holder[name]] if dice.random() < 0.5 else {dice.choice(_NAMES): holder[name]}
    elif what < 0.94 and isinstance(holder, dict):
        holder[dice.choice(_NAMES)] = _nasty(dice)
    else:
        deep: Any = holder[name]
        for _ in range(dice.choice((10, 80, 300))):
            deep = [deep] if dice.random() < 0.5 else {"n": deep}
        holder[name] = deep
    return told


def _spots(told: Any) -> list[tuple[Any, Any]]:
    """Every place that a value stands in."""
    found, waiting = [], [told]
    while waiting and len(found) < 200:
        holder = waiting.pop()
        if not isinstance(holder, dict | list):
            continue
        names = list(holder) if isinstance(holder, dict) else range(len(holder))
        for name in names:
            found.append((holder, name))
            waiting.append(holder[name])
    return found


def _torn(dice: random.Random, content: bytes) -> bytes:
    data = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        what = dice.randrange(4)
        if what == 0:
            del data[at:]
        elif what == 1:
            data[at:at] = dice.randbytes(dice.randint(1, 8))
        elif what == 2:
            data[at : at + 1] = bytes([dice.randrange(256)])
        else:
            data[at:at] = data[at : at + 40]
    return bytes(data)
