"""gunicorn's threaded worker, but threads are for requests that are here: slow clients wait outside of them.

gunicorn gives a new connection to a thread, which waits for its request: a few that never come take all
threads. Here the event loop takes in the head and a body of up to HELD_BYTES first, nginx's way. Larger
bodies are read by threads, at a least pace, and share half of them.
"""

from __future__ import annotations

import errno
import fcntl
import re
import socket
import struct
import sys
import termios
import time
from collections import OrderedDict, deque
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.http import get_parser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn, ThreadWorker

# A song is no form: what is larger is read while it is dealt with.
HELD_BYTES = 1024 * 1024
# More than browsers send; the rest of a longer one is read as a large body is.
HEAD_BYTES = 32 * 1024
# For a head, and for a body beside what SLOWEST bytes a second need.
ARRIVAL_SECONDS, SLOWEST = 20.0, 4096
# For one piece of a large body, and for one piece of an answer.
SILENCE_SECONDS = 20
# An answer of this size leaves its thread at once, however slowly it is read; Linux may give less.
ANSWER_BYTES = 1024 * 1024
# Of earlier answers on a connection, not read by its client yet: more, and its next request waits.
UNREAD_BYTES = 64 * 1024
# How long, and how many, connections may take note of their end.
LINGER_SECONDS, LINGERING = 2.0, 100
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
_STREAMED = re.compile(rb"\r\n(?:transfer-encoding|expect)[ \t]*:", re.IGNORECASE)


class TooSlow(TimeoutError):
    """A body came more slowly than SLOWEST, or nothing of it for SILENCE_SECONDS."""


class PacedUnreader(SocketUnreader):  # type: ignore[misc]
    """Reads a request from the socket as long as it keeps coming."""

    def begin(self) -> None:
        """A request begins."""
        self.begun, self.received = time.monotonic(), 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next piece; raises TooSlow."""
        if time.monotonic() - self.begun > ARRIVAL_SECONDS + self.received / SLOWEST:
            raise TooSlow("The request came too slowly.")
        try:
            piece: bytes = super().chunk(size_hint)
        except BlockingIOError as silence:
            raise TooSlow("The rest of the request did not come.") from silence
        self.received += len(piece)
        return piece


class PatientConnection(TConn):  # type: ignore[misc]
    """A connection that closes without waiting for its client, and what has come of its next request."""

    def __init__(self, worker: PatientWorker, *told: Any) -> None:
        super().__init__(*told)
        self.parser: Any
        self.worker = worker
        self.got = bytearray()
        self.deadline = 0.0
        # Of head and body together, once the head is here.
        self.length: int | None = None
        self.is_large = False
        pause = struct.pack("ll", SILENCE_SECONDS, 0)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self.sock.setsockopt(socket.SOL_SOCKET, option, pause)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ANSWER_BYTES)

    def begin(self) -> None:
        """Another request is to come; what came with the one before is its beginning."""
        self.got = bytearray(self.parser.unreader.take_buffered() if self.parser else b"")
        self.deadline, self.length, self.is_large = time.monotonic() + ARRIVAL_SECONDS, None, False
        self.sock.setblocking(False)

    @property
    def is_here(self) -> bool:
        """Whether a thread can deal with it without waiting for the client."""
        if self.length is None:
            end = self.got.find(b"\r\n\r\n")
            if end < 0:
                self.is_large = len(self.got) > HEAD_BYTES
                return self.is_large
            self._judge(bytes(self.got[: end + 2]), end + 4)
        return self.is_large or len(self.got) >= (self.length or 0)

    def _judge(self, head: bytes, length: int) -> None:
        found = _LENGTH.search(head)
        body = int(found[1]) if found else 0
        self.length = length + body
        self.is_large = body > HELD_BYTES or bool(_STREAMED.search(head))
        self.deadline += body / SLOWEST

    @property
    def is_read(self) -> bool:
        """Whether an answer now would find room, so that its thread need not wait for the client."""
        try:
            told = fcntl.ioctl(self.sock, termios.TIOCOUTQ, bytes(4))
        except OSError:
            # Not told here: SILENCE_SECONDS bounds the wait.
            return True
        return int.from_bytes(told, sys.byteorder) <= UNREAD_BYTES

    def hand_over(self) -> None:
        """Let gunicorn's parser read what came, and then the socket."""
        if self.parser is None:
            self.parser = get_parser(self.cfg, self.sock, self.client)
            self.parser.unreader = PacedUnreader(self.sock)
        self.parser.unreader.begin()
        self.parser.unreader.unread(bytes(self.got))
        self.got = bytearray()
        self.initialized = self.data_ready = True

    def close(self, graceful: bool = False) -> None:
        """gunicorn's loop would stand still for two seconds until the client closes, too."""
        if graceful:
            self.worker.linger(self)
        else:
            super().close()


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """`--worker-class tmpportal.patience.PatientWorker`; it speaks plain HTTP, as TLS is a proxy's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The longest waiting first: for a request, for earlier answers to be read, for the end to be read.
        self.arriving: OrderedDict[PatientConnection, None] = OrderedDict()
        self.unread: OrderedDict[PatientConnection, None] = OrderedDict()
        self.lingering: OrderedDict[PatientConnection, None] = OrderedDict()
        self.large_waiting: deque[PatientConnection] = deque()
        self.large = 0
        self.looked = 0.0

    def accept(self, listener: socket.socket) -> None:
        """Wait for its request; when there is no room, whoever has kept us waiting longest goes."""
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE) or not self.arriving:
                raise
            self._drop(next(iter(self.arriving)))
            return
        try:
            conn = PatientConnection(self, self.cfg, client, address, listener.getsockname())
        except OSError:
            # Gone already.
            client.close()
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections and self.arriving:
            self._drop(next(iter(self.arriving)))
        self.enqueue_req(conn)

    def enqueue_req(self, conn: PatientConnection) -> None:
        """The way of every request, the first of a connection or another one: not to a thread yet."""
        try:
            conn.begin()
        except OSError:
            self._away(conn)
            return
        self.arriving[conn] = None
        self.poller.register(conn.sock, EVENT_READ, partial(self._on_bytes, conn))
        if conn.got:
            self._look(conn)

    def _on_bytes(self, conn: PatientConnection, client: socket.socket) -> None:
        try:
            piece = client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self._drop(conn)
            return
        conn.got += piece
        self._look(conn)

    def _look(self, conn: PatientConnection) -> None:
        if not conn.is_here:
            return
        del self.arriving[conn]
        self.poller.unregister(conn.sock)
        if conn.is_read:
            self._go(conn)
        else:
            conn.deadline = time.monotonic() + ARRIVAL_SECONDS
            self.unread[conn] = None

    def _go(self, conn: PatientConnection) -> None:
        conn.hand_over()
        if not conn.is_large:
            super().enqueue_req(conn)
        else:
            self.large_waiting.append(conn)
            self._begin_large()

    def _begin_large(self) -> None:
        while self.large_waiting and self.large < max(1, self.cfg.threads // 2):
            self.large += 1
            super().enqueue_req(self.large_waiting.popleft())

    def finish_request(self, conn: PatientConnection, fs: Any) -> None:
        """As gunicorn does; then the next large body has its turn."""
        if conn.is_large:
            conn.is_large = False
            self.large -= 1
        super().finish_request(conn, fs)
        self._begin_large()

    def linger(self, conn: PatientConnection) -> None:
        """Say the end, and close when the client has, or soon; a close at once might cut off the answer."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, EVENT_READ, partial(self._on_last_bytes, conn))
        except (OSError, ValueError):
            conn.close()
            return
        conn.deadline = time.monotonic() + LINGER_SECONDS
        self.lingering[conn] = None
        if len(self.lingering) > LINGERING:
            self._let_go(next(iter(self.lingering)))

    def _on_last_bytes(self, conn: PatientConnection, client: socket.socket) -> None:
        try:
            is_over = not client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            is_over = True
        if is_over:
            self._let_go(conn)

    def murder_pending(self) -> None:
        """Close what is too late; gunicorn calls it at least once a second."""
        super().murder_pending()
        now = time.monotonic()
        if now - self.looked < 0.5:
            return
        self.looked = now
        for conn in [each for each in self.arriving if each.deadline < now]:
            self._drop(conn)
        for conn in [each for each in self.unread if each.is_read or each.deadline < now]:
            del self.unread[conn]
            if conn.is_read:
                self._go(conn)
            else:
                self._away(conn)
        for conn in [each for each in self.lingering if each.deadline < now]:
            self._let_go(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """The worker stops: half a request does not keep it."""
        super()._cap_keepalive(deadline)
        for conn in (*self.arriving, *self.unread):
            conn.deadline = min(conn.deadline, deadline)

    def _drop(self, conn: PatientConnection) -> None:
        del self.arriving[conn]
        self.poller.unregister(conn.sock)
        self._away(conn)

    def _away(self, conn: PatientConnection) -> None:
        self.nr_conns -= 1
        conn.close()

    def _let_go(self, conn: PatientConnection) -> None:
        del self.lingering[conn]
        self.poller.unregister(conn.sock)
        conn.close()
