"""The portal of the test's own process and database for a browser: what Django answers, headers included, is
what the browser gets, and rows can be planted without a form."""

from __future__ import annotations

import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.db import connections
from django.test import Client

_PASSED_ON = {"accept", "hx-request", "hx-target", "hx-trigger", "hx-current-url", "range", "if-none-match"}
# What the server below says itself.
_LEFT_OUT = {"content-length", "connection", "date", "server"}


class Served:
    """Answers at `origin` by `client`, whoever asks, or out of `kept`: bodies and headers by path, for
    answers to POSTs and for controls."""

    def __init__(self, client: Client, origin: str) -> None:
        self.client = client
        self.origin = origin
        self.kept: dict[str, tuple[bytes, dict[str, str]]] = {}

    def keep(self, path: str, answer: Any, *, body: bytes | None = None) -> str:
        """Serve this answer of the client at `path`; its address."""
        self.kept[path] = (answer.content if body is None else body, dict(answer.items()))
        return f"{self.origin}{path}"

    def answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes, Any]:
        place = urlsplit(path).path
        if place in self.kept:
            return 200, *self.kept[place]
        if place.startswith("/static/") and (file := finders.find(place.removeprefix("/static/"))):
            kind = mimetypes.guess_type(place)[0] or "application/octet-stream"
            return 200, Path(str(file)).read_bytes(), {"Content-Type": kind, "Cache-Control": "max-age=3600"}
        told = {name: value for name, value in headers.items() if name in _PASSED_ON}
        kind = headers.get("content-type", "application/octet-stream")
        got = self.client.generic(method, path, body, kind, headers=told, follow=True)
        return got.status_code, b"".join(got.streaming_content) if got.streaming else got.content, got


@contextmanager
def serving(client: Client) -> Iterator[Served]:
    """Answers for the portal over the test's own connection to the database, one request at a time."""
    lock, shared = threading.Lock(), connections["default"]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _run(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                connections["default"] = shared
                names = {name.lower(): value for name, value in self.headers.items()}
                status, content, headers = served.answer(self.command, self.path, body, names)
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in _LEFT_OUT:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_HEAD = do_PUT = _run  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Served(client, f"http://127.0.0.1:{server.server_port}")
    shared.inc_thread_sharing()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        shared.dec_thread_sharing()
