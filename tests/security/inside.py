"""What lies inside: listeners on loopback that count who comes, a resolver that leads everybody there, and a
guard that sees every connection before it is made."""

from __future__ import annotations

import ipaddress
import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tencent.public_hosts import is_public

PUBLIC = "93.184.216.34"


class Listeners:
    """Servers on loopback, over both families where the machine has them; `came` counts connections, `heard`
    keeps their first bytes."""

    def __init__(self, number: int = 3) -> None:
        self.came = 0
        self.heard: list[bytes] = []
        self._servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
        self._servers += list(_on_six())
        self.ports = [server.getsockname()[1] for server in self._servers]
        for server in self._servers:
            threading.Thread(target=self._run, args=(server,), daemon=True).start()

    def close(self) -> None:
        for server in self._servers:
            server.close()

    def _run(self, server: socket.socket) -> None:
        while True:
            try:
                peer, _ = server.accept()
            except OSError:
                return
            self.came += 1
            with peer:
                peer.settimeout(5)
                self.heard.append(peer.recv(65536))
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")


def _on_six() -> Iterator[socket.socket]:
    try:
        yield socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        return


class Guard:
    """Every connection that anything in this process tries, by `inward` and `outward`. The outward ones are
    refused there and then: nothing leaves the machine."""

    def __init__(self) -> None:
        self.inward: list[Any] = []
        self.outward: list[Any] = []

    def see(self, address: Any) -> None:
        if not isinstance(address, tuple):
            return
        if is_public(str(address[0])):
            self.outward.append(address[:2])
            raise ConnectionRefusedError
        self.inward.append(address[:2])


_guards: list[Guard] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        for guard in _guards:
            guard.see(arguments[1])


@contextmanager
def guarded() -> Iterator[Guard]:
    """Nobody connects meanwhile without being seen, whatever library they use."""
    if not _installed:
        # A hook stays for good, so there is one, which does nothing while nobody is on guard.
        sys.addaudithook(_hook)
        _installed.append(True)
    guard = Guard()
    _guards.append(guard)
    try:
        yield guard
    finally:
        _guards.remove(guard)


_installed: list[bool] = []


class HostileResolver:
    """Stands for a name server that leads every name inside, `rebinding` only from the second answer on, or
    `two_faced` beside a public address. Numbers are read as the system reads them."""

    def __init__(self, manner: str) -> None:
        self._manner = manner
        self.asked: Counter[str] = Counter()
        self._real = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *more: Any, **named: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else str(host)
        try:
            return self._real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except OSError:
            self.asked[name] += 1
        inner = ["127.0.0.1", "::1", "169.254.0.23"]
        found = {"inside": inner, "two_faced": [PUBLIC, *inner]}.get(self._manner)
        if found is None:
            found = [PUBLIC] if self.asked[name] == 1 else inner
        return [self._told(address, port) for address in found]

    @staticmethod
    def _told(address: str, port: Any) -> Any:
        number = int(port or 0)
        if ipaddress.ip_address(address).version == 6:
            return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, number, 0, 0))
        return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, number))
