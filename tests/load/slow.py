"""Clients that hold a server up as long as it lets them: slow heads, slow bodies, slow readers."""

from __future__ import annotations

import re
import selectors
import socket
import threading
from collections import Counter
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

import requests

# Between two bytes of theirs.
PACE_SECONDS = 1.0
SIGN_IN = "/sign-in/login/"
# In turn; "large" is a body that no web process keeps in memory.
KINDS = ("head", "body", "reader", "head", "large", "reader", "silent")
LARGE_BYTES, BODY_BYTES = 50_000_000, 200_000
# As little as the system allows to be on its way to a reader.
SMALLEST_BUFFER = 2048
ANSWERS_ASKED = 40
STATIC = re.compile(r'src="(/static/[^"]+)"')


@dataclass(kw_only=True)
class _Slow:
    kind: str
    sock: socket.socket


class SlowCrowd:
    """`number` slow connections to `address` while the `with` block lasts; whoever is thrown out comes back.

    `thrown` counts by kind how often that was.
    """

    def __init__(self, address: str, number: int) -> None:
        told = urlsplit(address)
        self._at = (told.hostname or "", told.port or 80)
        self._number = number
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_slow)
        self.thrown: Counter[str] = Counter()
        session = requests.Session()
        session.trust_env = False
        # With it the portal reads what is posted before it declines it.
        page = session.get(f"{address.rstrip('/')}{SIGN_IN}", timeout=30)
        self._cookie = f"csrftoken={page.cookies['csrftoken']}"
        # Everybody may have them, and they are larger than pages.
        self._files = STATIC.findall(page.text)

    def __enter__(self) -> Self:
        self._selector = selectors.DefaultSelector()
        for number in range(self._number):
            self._come(KINDS[number % len(KINDS)])
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._over.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.data.sock.close()
        self._selector.close()

    def connected(self) -> int:
        """How many hold the server up now."""
        return len(self._selector.get_map())

    def _come(self, kind: str) -> None:
        sock = socket.socket()
        if kind == "reader":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALLEST_BUFFER)
        sock.settimeout(10)
        try:
            sock.connect(self._at)
            sock.sendall(self._beginning(kind))
        except OSError:
            self.thrown[kind] += 1
            sock.close()
            return
        sock.setblocking(False)
        self._selector.register(sock, selectors.EVENT_READ, _Slow(kind=kind, sock=sock))

    def _beginning(self, kind: str) -> bytes:
        rest = f" HTTP/1.1\r\nHost: {self._at[0]}:{self._at[1]}\r\nCookie: {self._cookie}\r\n"
        head = f"{SIGN_IN}{rest}"
        if kind == "silent":
            return b""
        if kind == "reader":
            return "".join(f"GET {each}{rest}\r\n" for each in self._files).encode() * ANSWERS_ASKED
        if kind == "head":
            return f"GET {head}X-Slow: ".encode()
        form = "Content-Type: application/x-www-form-urlencoded\r\n"
        if kind == "large":
            form = "Content-Type: multipart/form-data; boundary=x\r\n"
        length = LARGE_BYTES if kind == "large" else BODY_BYTES
        return f"POST {head}{form}Content-Length: {length}\r\n\r\nlogin=".encode()

    def _keep_slow(self) -> None:
        while not self._over.wait(PACE_SECONDS):
            for slow in [key.data for key in self._selector.get_map().values()]:
                if not self._a_byte_more(slow):
                    self._selector.unregister(slow.sock)
                    slow.sock.close()
                    self.thrown[slow.kind] += 1
            for number in range(self._number - len(self._selector.get_map())):
                self._come(KINDS[number % len(KINDS)])

    def _a_byte_more(self, slow: _Slow) -> bool:
        """Whether the server still has patience."""
        try:
            if slow.kind in ("head", "body", "large"):
                slow.sock.send(b"x")
            return bool(slow.sock.recv(1 if slow.kind == "reader" else 65536))
        except BlockingIOError:
            return True
        except OSError:
            return False
