"""The one door through which the portal reads an address that a person typed: public machines only, over
https, exactly the one that was checked, within bounds of size and time."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse

from tencent.causes import cause_of
from tencent.certificates import certificates
from tencent.deadlines import Call
from tencent.public_hosts import is_public
from tencent.targets import (
    Declined,
    Forbidden,
    OutgoingError,
    Oversized,
    Target,
    Unreached,
    joined,
    target_of,
)

# Links of file shares lead to their stores by one or two redirects; each hop is checked like the first.
MOST_HOPS = 3
MOST_TRIED = 3
CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
# For name, connection and head of the answer, over all hops.
HEAD_SECONDS = 30.0
MOST_HEAD_BYTES = 64 * 1024
CHUNK_BYTES = 64 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
_TROUBLES = (OSError, HTTPException, ValueError)

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int, float], socket.socket]


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """An answer that is being read: `length` in bytes where it was told, and the bytes once."""

    length: int | None
    chunks: Iterator[bytes] = field(repr=False)


class Door:
    """Opens addresses. `trusted_origin`, such as `http://127.0.0.1:9001`, is opened without any check: the
    sandbox's own store, never in production.

    `resolve` gives all numeric addresses of a host, `connect` a socket to one of them.
    """

    def __init__(
        self,
        *,
        trusted_origin: str = "",
        resolve: Resolve | None = None,
        connect: Connect | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._trusted_origin = trusted_origin
        self._resolve = resolve or addresses_of
        self._connect = connect or connected
        self._context = context

    @contextmanager
    def open(
        self, url: str, *, most_bytes: int, seconds: Callable[[int | None], float]
    ) -> Iterator[Incoming]:
        """Reads `url`, at most `most_bytes` of it. `seconds` says how long the bytes may take in all, by the
        length that was told. Raises OutgoingError, here and while the bytes are read."""
        with _Watch() as watch:
            watch.allow(HEAD_SECONDS)
            response = self._answer(url, watch)
            with response:
                length = _length_of(response)
                if length is not None and length > most_bytes:
                    raise Oversized
                watch.allow(seconds(length))
                yield Incoming(length=length, chunks=_chunks(response, length, most_bytes, watch))

    def _answer(self, url: str, watch: _Watch) -> HTTPResponse:
        target = target_of(url, trusted_origin=self._trusted_origin)
        for _ in range(MOST_HOPS + 1):
            response = self._asked(target, watch)
            if response.status not in _REDIRECTS:
                _insist_on_file(response)
                return response
            with response:
                url = joined(url, response.headers.get("Location", ""))
            # Whoever redirects is not trusted with the trusted origin.
            target = target_of(url)
        raise Forbidden("redirects")

    def _asked(self, target: Target, watch: _Watch) -> HTTPResponse:
        # Closing a socket ends it when its answer is closed, too.
        with watch.told(), self._connected(target, watch) as sock:
            return _exchanged(sock, target)

    def _connected(self, target: Target, watch: _Watch) -> socket.socket:
        """To one of the host's addresses, all of which are public; the name is asked once."""
        addresses = [target.host] if target.is_trusted else self._resolved(target, watch)
        trouble: OSError = TimeoutError()
        for address in addresses[:MOST_TRIED]:
            try:
                sock = self._connect(address, target.port, min(CONNECT_SECONDS, watch.left))
            except OSError as error:
                trouble = error
                continue
            sock.settimeout(READ_SECONDS)
            watch.follow(sock)
            return self._secured(sock, target) if target.scheme == "https" else sock
        raise trouble

    def _resolved(self, target: Target, watch: _Watch) -> list[str]:
        found = list(dict.fromkeys(_within(watch.left, self._resolve, target.host, target.port)))
        if not found:
            raise socket.gaierror
        # One that is not is enough: a host with two faces shows the other one next time.
        if not all(is_public(address) for address in found):
            raise Forbidden("not_public")
        return found

    def _secured(self, sock: socket.socket, target: Target) -> socket.socket:
        context = self._context or certificates()
        try:
            return context.wrap_socket(sock, server_hostname=target.host)
        except BaseException:
            sock.close()
            raise


def addresses_of(host: str, port: int) -> list[str]:
    """All numeric addresses of a host, as the system says. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(address[0]) for *_, address in found]


def connected(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to a numeric address. Raises OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect((address, port))
    except BaseException:
        sock.close()
        raise
    return sock


def _exchanged(sock: socket.socket, target: Target) -> HTTPResponse:
    connection = HTTPConnection(target.host, target.port)
    connection.sock, connection.auto_open = sock, 0
    headers = {
        "Host": target.authority,
        "User-Agent": "tmp-portal",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    connection.request("GET", target.path, headers=headers)
    response = connection.getresponse()
    if sum(len(name) + len(value) for name, value in response.headers.items()) > MOST_HEAD_BYTES:
        response.close()
        raise Declined("headers")
    return response


def _insist_on_file(response: HTTPResponse) -> None:
    trouble: OutgoingError | None = None
    if response.status >= 500 or response.status == 429:
        trouble = Unreached("server_error")
    elif response.status != 200:
        trouble = Declined(f"http_{response.status}")
    elif response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        trouble = Declined("encoded")
    if trouble:
        response.close()
        raise trouble


def _length_of(response: HTTPResponse) -> int | None:
    told = response.headers.get("Content-Length", "")
    return int(told) if told.isascii() and told.isdigit() and not response.chunked else None


def _chunks(response: HTTPResponse, length: int | None, most_bytes: int, watch: _Watch) -> Iterator[bytes]:
    taken = 0
    while True:
        with watch.told():
            chunk = response.read1(CHUNK_BYTES) if not response.isclosed() else b""
        if not chunk:
            break
        taken += len(chunk)
        if taken > most_bytes:
            raise Oversized
        yield chunk
    if watch.is_over:
        raise Unreached("deadline")
    if length is not None and taken < length:
        raise Unreached("cut")


def _within(seconds: float, ask: Resolve, host: str, port: int) -> Sequence[str]:
    """What `ask` says in time; the system's resolver knows no deadline. Raises OSError."""
    said: list[Sequence[str]] = []
    troubles: list[OSError] = []

    def run() -> None:
        try:
            said.append(ask(host, port))
        except (OSError, UnicodeError):
            troubles.append(socket.gaierror())

    thread = threading.Thread(target=run, name="resolve", daemon=True)
    thread.start()
    thread.join(max(0.001, seconds))
    if said:
        return said[0]
    raise troubles[0] if troubles else TimeoutError()


class _Watch:
    """Ends the connection that it follows when its time is over; `allow` sets the time anew."""

    def __init__(self) -> None:
        self._call = Call(fresh=True)
        self._timer: threading.Timer | None = None
        self._until = 0.0

    def __enter__(self) -> _Watch:
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()
        self._call.close()

    @property
    def left(self) -> float:
        return max(0.001, self._until - time.monotonic())

    @property
    def is_over(self) -> bool:
        return self._call.expired

    def allow(self, seconds: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._until = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._call.expire)
        self._timer.daemon = True
        self._timer.start()

    def follow(self, sock: socket.socket) -> None:
        self._call.follow(sock)

    @contextmanager
    def told(self) -> Iterator[None]:
        """What goes wrong inside becomes an OutgoingError."""
        try:
            yield
        except OutgoingError:
            raise
        except _TROUBLES as error:
            cause = "deadline" if self.is_over else cause_of(error)
            raise Unreached(cause if cause != "unknown" else "network") from None
