"""A small site for gunicorn: says what it was sent, and holds a thread as long as a body comes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from typing import Any

from tmpportal import patience

# Tests do not wait for as long as people may take.
patience.ARRIVAL_SECONDS = float(os.environ.get("ARRIVAL_SECONDS", patience.ARRIVAL_SECONDS))

Environ = dict[str, Any]


def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers with length and hash of the body; `/big` with 300 kB, `/close` and closes."""
    body = environ["wsgi.input"].read()
    said = f"{len(body)} {hashlib.sha256(body).hexdigest()}".encode()
    if environ["PATH_INFO"] == "/big":
        said = b"x" * 300_000
    headers = [("Content-Length", str(len(said))), ("Content-Type", "text/plain")]
    if environ["PATH_INFO"] == "/close":
        headers.append(("Connection", "close"))
    start_response("200 OK", headers)
    return [said]
