"""A gateway of bare sockets that answers as told, however wrong, and counts what it was asked."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any

Reply = bytes | Callable[[dict[str, Any]], bytes]


def http(status: int, body: Any, *, headers: tuple[str, ...] = (), claim: int = 0) -> bytes:
    """An HTTP answer; `claim` bytes are announced beyond those that come."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", "Connection: close", f"Content-Length: {len(content) + claim}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + content


def created(job_id: str = "tmp-1") -> bytes:
    """CreateJob accepted."""
    return http(200, {"createJobResponse": {"job": {"id": job_id, "state": 1}}})


def told(state: int, job_id: str = "tmp-1", **members: Any) -> bytes:
    """GetJob answered."""
    return http(200, {"getJobResponse": {"job": {"id": job_id, "state": state, **members}}})


def refused(words: str) -> bytes:
    """A business error, as TMP sends it: HTTP 200."""
    return http(200, {"errorResponse": {"message": words}})


class RawGateway:
    """Listens on loopback. `answers[action]` is used up from the left; the last one stays."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Reply]] = {}
        self.asked: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> RawGateway:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        raw = _read_body(connection)
        if raw is None:
            return
        body: dict[str, Any] = json.loads(raw)
        self.asked[body["action"]] += 1
        self.bodies.append(body)
        self.raw.append(raw)
        waiting = self.answers[body["action"]]
        reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        connection.sendall(reply(body) if callable(reply) else reply)


def _read_body(connection: socket.socket) -> bytes | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    ]
    while len(body) < int(lengths[0]):
        body += connection.recv(65536)
    return body
