"""Shows the CreateJob that a form comes to: as JSON, and as programs that send it without the portal.

What is shown is made by the code that sends. No secret is in it: keys are called as in the account's
`.env` file.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts import endpoints
from accounts.managing.programs import SHELL_FUNCTIONS
from accounts.models import Account
from jobs import services
from jobs.engine import wire
from jobs.models import Job
from tencent import formats
from tencent.keys import TmpKeys

# Stands for the song as long as none is chosen, and for one that is copied into the bucket first.
NO_SONG = "uploads/YOUR-SONG.mp3"
COPY = "uploads/THE-COPY"
NO_ADDRESS = "http://SANDBOX-IS-NOT-RUNNING"
_ROW = 88


@dataclass(frozen=True, kw_only=True)
class RequestCode:
    """One request in three languages; `url` is where it goes."""

    url: str
    body: str
    curl: str
    python: str


def code_for(
    account: Account,
    capability: str,
    source: services.Source,
    *,
    params: dict[str, Any],
    destination: str = "",
    output_prefix: str = "",
    timeout: int | None = None,
) -> RequestCode:
    """The CreateJob for one song with these settings, as `services.create` and the engine would make it.

    Where the portal puts the job's own name, each program makes one of its own.
    """
    marks = {name: f"@{uuid.uuid4().hex}@" for name in ("TMP_SECRET_ID", "TMP_SECRET_KEY", "JOB")}
    job = Job(
        account=account,
        capability=capability,
        params=params,
        destination=formats.normalise_destination(destination or f"/output/{capability}"),
        output_prefix=output_prefix,
        timeout=timeout,
        **services.source_fields(source),
    )
    request = wire.request_for(
        job, destination=wire.own_folder(job, marks["JOB"]), custom_id=marks["JOB"], callback=""
    )
    keys = TmpKeys(secret_id=marks["TMP_SECRET_ID"], secret_key=marks["TMP_SECRET_KEY"])
    asked = request.body(keys)
    base = endpoints.endpoint(account.endpoint).url or NO_ADDRESS
    return RequestCode(
        url=f"{base}/job",
        body=_shown(asked, marks),
        curl=_bash(asked, marks, base=base, caller=account.caller),
        python=_python(asked, marks, url=f"{base}/job", caller=account.caller),
    )


def _shown(asked: dict[str, Any], marks: Mapping[str, str]) -> str:
    """The JSON with a word in angle brackets for everything that is not in the form."""
    text = json.dumps(asked, ensure_ascii=False, indent=2)
    for name, mark in marks.items():
        text = text.replace(mark, "<job>-1" if name == "JOB" else f"<{name}>")
    return text


def _bash(asked: dict[str, Any], marks: Mapping[str, str], *, base: str, caller: str) -> str:
    """The program for bash. Its body is json.dumps(asked) but for the marks, in rows that people can read."""
    rows = "\n".join(f"body{'+' if number else ''}={row}" for number, row in enumerate(_rows(asked)))
    for name, mark in marks.items():
        if name == "JOB":
            rows = rows.replace(mark, "'\"$job\"'")
        else:
            rows = rows.replace(f'"{mark}"', f'\'"$(json "${name}")"\'')
    return _BASH.format(url=_quoted(base), caller=_quoted(caller), functions=SHELL_FUNCTIONS, rows=rows)


def _rows(asked: dict[str, Any]) -> list[str]:
    """json.dumps(asked) in quoted pieces, broken where JSON has a comma or a bracket."""
    rows = [""]
    for line in json.dumps(asked, indent=1).splitlines():
        piece = line.lstrip(" ")
        piece += " " if piece.endswith(",") else ""
        if rows[-1] and len(rows[-1]) + len(piece) > _ROW:
            rows.append("")
        rows[-1] += piece
    return [_quoted(row) for row in rows]


def _quoted(text: str) -> str:
    """A word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def _python(asked: dict[str, Any], marks: Mapping[str, str], *, url: str, caller: str) -> str:
    names = {mark: name for name, mark in marks.items()}
    return _PYTHON.format(url=_text(url), caller=_text(caller), body=_literal(asked, names))


def _literal(value: Any, names: Mapping[str, str], depth: int = 1) -> str:
    """A JSON value as Python writes it."""
    pad, end = "    " * depth, "    " * (depth - 1)
    if isinstance(value, dict) and value:
        rows = [f"{pad}{_text(name)}: {_literal(each, names, depth + 1)},\n" for name, each in value.items()]
        return "{\n" + "".join(rows) + end + "}"
    if isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        rows = [f"{pad}{_literal(each, names, depth + 1)},\n" for each in value]
        return "[\n" + "".join(rows) + end + "]"
    if isinstance(value, str):
        return _joined(value, names)
    return repr(value)


def _joined(value: str, names: Mapping[str, str]) -> str:
    """A string, put together with the variables that its marks stand for."""
    parts = re.split(f"({'|'.join(names)})", value)
    return " + ".join(names.get(part) or _text(part) for part in parts if part) or '""'


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


_BASH = r"""#!/usr/bin/env bash
# One CreateJob, as TMP Portal sends it. Each run makes another job.
# The four keys come from the environment; the account's page of keys gives them to its owner as tmp.env:
#   set -a; . ./tmp.env; set +a
#   bash create_job.sh
# Needs bash, curl and openssl. While it signs, the other users of this machine can see the gateway key in
# the list of processes; where that matters, take the Python program.
set -euo pipefail

: "${{TMP_SECRET_ID:?}}" "${{TMP_SECRET_KEY:?}}" "${{API_GATE_SECRET_ID:?}}" "${{API_GATE_SECRET_KEY:?}}"
TMP_GATEWAY_URL={url}
TMP_SOURCE={caller}

{functions}
# The job's own name, and its own folder.
job=$(openssl rand -hex 16 | sed -E 's/(.{{8}})(.{{4}})(.{{4}})(.{{4}})/\1-\2-\3-\4-/')-1
{rows}
call "$body"
echo
"""

_PYTHON = r'''"""One CreateJob, as TMP Portal sends it. Each run makes another job.

    pip install requests
    set -a; . ./tmp.env; set +a
    python create_job.py

The four keys come from the environment; the account's page of keys gives them to its owner as tmp.env.
"""

import base64
import email.utils
import hashlib
import hmac
import json
import os
import uuid

import requests

TMP_SECRET_ID = os.environ["TMP_SECRET_ID"]
TMP_SECRET_KEY = os.environ["TMP_SECRET_KEY"]
API_GATE_SECRET_ID = os.environ["API_GATE_SECRET_ID"]
API_GATE_SECRET_KEY = os.environ["API_GATE_SECRET_KEY"]
SOURCE = {caller}
URL = {url}

# The job's own name, and its own folder.
JOB = "%s-1" % uuid.uuid4()
BODY = {body}

date = email.utils.formatdate(usegmt=True)
text = "date: %s\nsource: %s" % (date, SOURCE)
digest = hmac.new(API_GATE_SECRET_KEY.encode(), text.encode(), hashlib.sha1).digest()
authorization = 'hmac id="%s", algorithm="hmac-sha1", headers="date source", signature="%s"' % (
    API_GATE_SECRET_ID,
    base64.b64encode(digest).decode(),
)
answer = requests.post(
    URL,
    data=json.dumps(BODY).encode(),
    headers={{
        "Content-Type": "application/json",
        "Date": date,
        "Source": SOURCE,
        "Authorization": authorization,
    }},
    timeout=60,
    allow_redirects=False,
)
print(answer.text)
'''
