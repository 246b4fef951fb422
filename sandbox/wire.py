"""What WSGI cannot say: answers in bytes of our own, cut short, dripped or none at all; bodies sent by the
kernel; whether a connection ends."""

import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Protocol, runtime_checkable
from wsgiref.types import WSGIEnvironment


class RawAnswer(ConnectionError):
    """Raised by an app: the server sends `pieces` as they are and ends the connection, by RST if `reset`."""

    def __init__(self, pieces: Iterable[bytes] = (), *, reset: bool = False) -> None:
        super().__init__("answered with raw bytes on purpose")
        self.pieces, self.reset = pieces, reset


@runtime_checkable
class Sendable(Protocol):
    """A body that can write itself to a socket, faster than piece by piece."""

    def send_to(self, connection: socket.socket) -> None: ...


def ends(environ: WSGIEnvironment) -> bool:
    """Whether the connection closes after this request, as its client asks."""
    asked = environ.get("HTTP_CONNECTION", "").lower()
    return "close" in asked or (environ["SERVER_PROTOCOL"] == "HTTP/1.0" and "keep-alive" not in asked)


def status_line(status: int) -> str:
    """Status and phrase, also of a status that HTTP does not name."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Odd"


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """The first lines of an answer, up to and with the empty one."""
    lines = [f"HTTP/1.1 {status_line(status)}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def half(status: int, headers: Mapping[str, str], body: Iterable[bytes], *, size: int) -> RawAnswer:
    """The length of the whole body (`size` bytes), but only half of it."""
    return RawAnswer(_half(head(status, {**headers, "Content-Length": str(size)}), body, size // 2))


def cut_chunk(status: int, headers: Mapping[str, str], body: bytes) -> RawAnswer:
    """A chunk as long as the body that ends after half of it."""
    chunked = head(status, {**headers, "Transfer-Encoding": "chunked"})
    return RawAnswer([chunked + b"%x\r\n" % len(body) + body[: len(body) // 2]])


def dripped(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    seconds: float,
    headers_too: bool,
    stopping: threading.Event,
) -> RawAnswer:
    """One byte every `seconds`, of the body only or of the headers too."""
    first = head(status, {**headers, "Content-Length": str(len(body)), "Connection": "close"})
    at_once, slowly = (b"", first + body) if headers_too else (first, body)
    return RawAnswer(_drip(at_once, slowly, seconds, stopping))


def _half(first: bytes, body: Iterable[bytes], size: int) -> Iterator[bytes]:
    try:
        yield first
        for piece in body:
            yield piece[:size]
            size -= len(piece)
            if size <= 0:
                return
    finally:
        if close := getattr(body, "close", None):
            close()


def _drip(at_once: bytes, slowly: bytes, seconds: float, stopping: threading.Event) -> Iterator[bytes]:
    yield at_once
    for byte in slowly:
        if stopping.wait(seconds):
            return
        yield bytes((byte,))
