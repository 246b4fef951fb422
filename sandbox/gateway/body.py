"""What is posted to the gateway, read with the limits of a door that strangers knock at."""

import json
from collections.abc import Mapping
from wsgiref.types import WSGIEnvironment

from sandbox.platform.messages import Members, RefusedError

LARGEST_BODY = 1 << 20  # bytes
READ = 1 << 16


class GatewayError(Exception):
    """The gateway itself answers, before TMP sees anything: status and text of its error table, and perhaps
    further headers."""

    def __init__(self, status: int, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, dict(headers or {})


def read_json(environ: WSGIEnvironment) -> Members:
    """The body's JSON object. Raises GatewayError when it is too large, RefusedError when it is none."""
    data = b""
    while piece := environ["wsgi.input"].read(READ):
        data += piece
        if len(data) > LARGEST_BODY:
            raise GatewayError(413, "Request Entity Too Large")
    try:
        body = json.loads(data, parse_constant=_refuse_constant)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair fits nowhere further on
    except (ValueError, RecursionError):
        raise RefusedError("the request body is not JSON") from None
    if not isinstance(body, dict):
        raise RefusedError("the request body must be a JSON object")
    return body


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
