"""A threaded HTTP/1.1 server for the two WSGI apps, as wsgiref knows no chunked bodies."""

import logging
import os
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import unquote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sandbox.wire import RawAnswer, Sendable

log = logging.getLogger("sandbox.http")

LEFTOVER = 16 << 20  # bytes of an unread body that are skipped to keep the connection
READ = 1 << 16
FAREWELL = 5.0  # seconds in which a client may finish what it was saying when its connection ends
NO_LINGER = struct.pack("ii", 1, 0)  # closing then sends RST


class BadBodyError(ConnectionError):
    """The request's body is not framed as HTTP/1.1 says; nothing more can be read from the connection."""


class Readable(Protocol):
    """What a request body is read from: a socket's file."""

    def read(self, size: int = -1, /) -> bytes: ...
    def readline(self, size: int = -1, /) -> bytes: ...


class CountedBody:
    """A body of a known number of bytes."""

    def __init__(self, stream: Readable, size: int) -> None:
        self._stream, self._left = stream, size

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes (all that are left when negative); empty at the end."""
        data = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data


class ChunkedBody:
    """A body sent with Transfer-Encoding: chunked."""

    def __init__(self, stream: Readable) -> None:
        self._stream, self._left, self._ended = stream, 0, False

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes of the current chunk; empty at the end. Raises BadBodyError."""
        if size < 0:
            return b"".join(iter(lambda: self.read(READ), b""))
        if not self._left and not self._ended:
            self._left = self._next_size()
        if self._ended:
            return b""
        data = self._stream.read(min(self._left, size))
        if not data:
            raise BadBodyError("the body ended inside a chunk")
        self._left -= len(data)
        if not self._left:
            self._stream.readline(3)
        return data

    def _next_size(self) -> int:
        line = self._stream.readline(1024)
        try:
            size = int(line.split(b";")[0], 16)
        except ValueError as error:
            raise BadBodyError("a chunk has no size") from error
        if size < 0:
            raise BadBodyError("a chunk has a negative size")
        if size == 0:
            self._ended = True
            while self._stream.readline(1024).strip():
                pass
        return size


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: "Server"

    def _serve(self) -> None:
        try:
            environ = self._environ()
        except ValueError:
            self.send_error(400)
            self.close_connection = True
            return
        try:
            self._answer(environ)
            self._skip_rest(environ["wsgi.input"])
        except RawAnswer as answer:
            self._send_raw(answer, environ["wsgi.input"])
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = do_PATCH = _serve  # noqa: N815

    def _environ(self) -> WSGIEnvironment:
        # The stdlib folds a leading "//" of self.path; a signed path must stay as it was sent.
        target = self.requestline.split(" ")[1]
        host = self.headers.get("Host", "")
        if target.startswith(("http://", "https://")):
            host, slash, target = target.partition("://")[2].partition("/")
            target = slash + target or "/"
        path, _, query = target.partition("?")
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "").lower()
        size = int(self.headers.get("Content-Length", "0"))
        if size < 0 or (chunked and "Content-Length" in self.headers):
            raise ValueError("the body has no clear length")
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": self.request_version,
            "wsgi.url_scheme": "http",
            "wsgi.input": ChunkedBody(self.rfile) if chunked else CountedBody(self.rfile, size),
            "wsgi.input_terminated": True,
            "sandbox.repeated": self._repeated(),
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key] = value
        environ["HTTP_HOST"] = host
        return environ

    def _repeated(self) -> frozenset[str]:
        times = Counter(name.lower() for name in self.headers)
        return frozenset(name for name, count in times.items() if count > 1)

    def _answer(self, environ: WSGIEnvironment) -> None:
        self._chunking = False
        body = self.server.app(environ, self._start_response())
        try:
            if isinstance(body, Sendable) and not self._chunking:
                body.send_to(self.connection)
                return
            for data in body:
                if data and self.command != "HEAD":
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if self._chunking else data)
            if self._chunking:
                self.wfile.write(b"0\r\n\r\n")
        finally:
            if close := getattr(body, "close", None):
                close()

    def _send_raw(self, answer: RawAnswer, body: CountedBody | ChunkedBody) -> None:
        self.close_connection = True
        try:
            for piece in answer.pieces:
                self.wfile.write(piece)
            if not answer.reset:
                self._skip_rest(body)  # with bytes unread, closing would be a reset
                return
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            # Not shut down first, as the base class does: that would be a farewell.
            os.close(self.connection.detach())
        except (ConnectionError, TimeoutError):
            return

    def _start_response(self) -> StartResponse:
        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
            code, _, reason = status.partition(" ")
            self.send_response_only(int(code), reason)
            for name, value in headers:
                if "\r" in value or "\n" in value:
                    raise ValueError(f"the header {name} has more than one line")
                self.send_header(name, value)
            sized = any(name.lower() == "content-length" for name, _ in headers)
            empty = self.command == "HEAD" or code in ("204", "304")
            if not sized and not empty:
                self._chunking = self.request_version == "HTTP/1.1"
                self.send_header(
                    *(("Transfer-Encoding", "chunked") if self._chunking else ("Connection", "close"))
                )
            self.end_headers()
            log.info("%s %s %s", self.command, self.path.partition("?")[0], code)
            return self.wfile.write

        return start  # type: ignore[return-value]

    def _skip_rest(self, body: CountedBody | ChunkedBody) -> None:
        skipped = 0
        while data := body.read(READ):
            skipped += len(data)
            if skipped > LEFTOVER:
                self.close_connection = True
                return

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the stdlib's line would hold the query, and with it a signature."""


class Server(ThreadingHTTPServer):
    """Serves one WSGI app on a loopback port (0 = any free one) from threads of its own."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, app: WSGIApplication | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.app: WSGIApplication = app or _not_yet
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"

    def start(self) -> None:
        """Answer requests in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests; connections that are open end with the process."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        self.server_close()

    def server_bind(self) -> None:
        """Bind without the stdlib's reverse name look-up, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Say goodbye, then hear the client out: closing with bytes unread would be a reset, which may
        overtake the answer or meet a client that is still sending."""
        assert isinstance(request, socket.socket)
        until = time.monotonic() + FAREWELL
        try:
            request.shutdown(socket.SHUT_WR)
            while (left := until - time.monotonic()) > 0:
                request.settimeout(left)
                if not request.recv(READ):
                    break
        except OSError:
            pass  # it is gone already, or will not go
        self.close_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """One line in the log; a traceback could hold what was sent. Clients that go are no news."""
        level = logging.INFO if isinstance(sys.exception(), ConnectionError) else logging.WARNING
        log.log(level, "a connection ended in an error", exc_info=log.isEnabledFor(logging.DEBUG))


def _not_yet(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return iter(())
