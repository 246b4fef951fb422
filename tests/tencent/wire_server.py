"""A raw socket server that answers exactly the bytes a test wants, broken ones included."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

Script = Callable[[socket.socket, bytes], None]


class WireServer:
    """Listens on loopback; reads each request whole, keeps it in `requests`, then runs `script` on the
    socket."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> WireServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer:
            try:
                while request := _whole_request(peer):
                    self.requests.append(request)
                    self.script(peer, request)
            except OSError:
                return


def _whole_request(peer: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = peer.recv(65_536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    ]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0:
        part = peer.recv(missing)
        if not part:
            return b""
        data, missing = data + part, missing - len(part)
    return data


def answer(
    state: int, body: bytes | str | dict[str, Any] = b"", headers: dict[str, str] | None = None
) -> Script:
    """A complete answer with a Content-Length."""
    raw = (
        json.dumps(body, ensure_ascii=False).encode()
        if isinstance(body, dict)
        else body.encode()
        if isinstance(body, str)
        else body
    )
    lines = {"Content-Length": str(len(raw)), "Content-Type": "application/json", **(headers or {})}
    head = f"HTTP/1.1 {state} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return lambda peer, _request: peer.sendall(head.encode() + b"\r\n" + raw)


def bytes_then_close(raw: bytes) -> Script:
    """These bytes, then the end of the connection."""

    def script(peer: socket.socket, _request: bytes) -> None:
        peer.sendall(raw)
        peer.shutdown(socket.SHUT_RDWR)

    return script


def reset(peer: socket.socket, _request: bytes) -> None:
    """The connection is torn down without an answer."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    raise ConnectionError


def drip(raw: bytes, pause_s: float = 0.05) -> Script:
    """One byte at a time: no read ever times out."""

    def script(peer: socket.socket, _request: bytes) -> None:
        for byte in raw:
            peer.sendall(bytes([byte]))
            time.sleep(pause_s)

    return script
