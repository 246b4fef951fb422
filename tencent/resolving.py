"""Names to addresses for the services that settings name: whatever a resolver says, none of them is this
machine."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import ip_address

from tencent.public_hosts import may_serve


class OutOfBoundsError(OSError):
    """The name leads to where no service can be; nothing was connected."""


def service_addresses(host: str, port: int) -> list[str]:
    """All numeric addresses of a service, each once: connect to these and do not ask again, since the next
    answer may be another one. Raises OSError, OutOfBoundsError among them."""
    host = host.strip("[]")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    insist_on_service(host, addresses)
    return addresses


def insist_on_service(host: str, addresses: Iterable[str]) -> None:
    """Raises OutOfBoundsError if one of them is where no service can be; one that is written as this machine
    is meant so, and only the sandbox's is."""
    if not is_this_machine(host) and not all(map(may_serve, addresses)):
        raise OutOfBoundsError


def is_this_machine(host: str) -> bool:
    """Whether a host is written as this very machine; other spellings of it are not."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
