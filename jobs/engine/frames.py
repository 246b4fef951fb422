"""How a worker and its reader talk: frames over a socket, each a length and so many bytes; JSON or bare."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

_LENGTH = struct.Struct("!I")


class Cut(Exception):
    """The other side is gone, or sends what no frame is."""


class Channel:
    """One end. Raises Cut, TimeoutError when a frame takes longer than its `seconds` (None: for ever), and
    OverflowError for one that is larger than `most_bytes`."""

    def __init__(self, sock: socket.socket, *, most_bytes: int) -> None:
        self._sock = sock
        self._most_bytes = most_bytes

    def send(self, content: bytes, seconds: float | None = None) -> None:
        """One frame of bytes."""
        self._sock.settimeout(seconds)
        try:
            self._sock.sendall(_LENGTH.pack(len(content)))
            self._sock.sendall(content)
        except TimeoutError:
            raise
        except OSError:
            raise Cut from None

    def tell(self, message: dict[str, Any], seconds: float | None = None) -> None:
        """One frame of JSON. Raises ValueError or RecursionError for what JSON cannot say."""
        self.send(json.dumps(message).encode(), seconds)

    def receive(self, seconds: float | None = None) -> bytes:
        """The next frame as bytes."""
        until = None if seconds is None else time.monotonic() + seconds
        (length,) = _LENGTH.unpack(self._take(_LENGTH.size, until))
        if length > self._most_bytes:
            raise OverflowError
        return bytes(self._take(length, until))

    def hear(self, seconds: float | None = None) -> dict[str, Any]:
        """The next frame as JSON."""
        try:
            message = json.loads(self.receive(seconds))
        except (ValueError, RecursionError):
            raise Cut from None
        if not isinstance(message, dict):
            raise Cut
        return message

    def close(self) -> None:
        """Hang up; the other side hears it."""
        self._sock.close()

    def _take(self, size: int, until: float | None) -> bytearray:
        content = bytearray()
        while len(content) < size:
            self._sock.settimeout(None if until is None else max(0.001, until - time.monotonic()))
            try:
                part = self._sock.recv(min(size - len(content), 1024 * 1024))
            except TimeoutError:
                raise
            except OSError:
                raise Cut from None
            if not part:
                raise Cut
            content += part
        return content
