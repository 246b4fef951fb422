"""Connections of the portal's services: to no address of this machine, and shut down under a call that
outlasts its deadline, however it drips."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from tencent.resolving import service_addresses


class Call:
    """One request as the watchdog sees it: `sent` once a byte of it may have left, `expired` once its time
    is over.

    It holds a second handle on the socket, since the first changes hands (TLS, tunnel) and closing it would
    not wake a thread that reads from it; shutting the connection down does.
    """

    def __init__(self, *, fresh: bool) -> None:
        self.fresh = fresh
        self.sent = False
        self.expired = False
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()

    def follow(self, sock: socket.socket) -> None:
        """This is the connection now."""
        with self._lock:
            if self._handle is not None:
                self._handle.close()
            self._handle = socket.socket(fileno=os.dup(sock.fileno()))
        if self.expired:
            self.expire()

    def sending(self) -> None:
        """The first byte leaves. Raises TimeoutError when it is too late for that."""
        if self.expired:
            raise TimeoutError
        self.sent = True

    def expire(self) -> None:
        """Time is over."""
        with self._lock:
            self.expired = True
            if self._handle is not None:
                with suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """The call is over; its connection stays."""
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None


@contextmanager
def watched(seconds: float, *, fresh: bool = False) -> Iterator[Call]:
    """The one request that this thread sends through a FollowingAdapter may take `seconds` in all, its answer
    included; with `fresh` it gets a connection of its own. Whoever asks looks at `expired` afterwards: what
    was cut may look whole."""
    call = Call(fresh=fresh)
    watchdog = threading.Timer(seconds, call.expire)
    watchdog.daemon = True
    _local.call = call
    watchdog.start()
    try:
        yield call
    finally:
        watchdog.cancel()
        call.close()
        _local.call = None


class FollowingAdapter(HTTPAdapter):
    """Of a session whose requests may be watched."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _FollowedTLS if pool.scheme == "https" else _Followed
        return pool


class _Local(threading.local):
    call: Call | None = None


_local = _Local()


class _Followed(HTTPConnection):
    """Tells the current call which socket it uses and when its first byte leaves; a proxy's tunnel is not
    ours."""

    _opening = False

    def connect(self) -> None:
        self._opening = True
        try:
            super().connect()
        finally:
            self._opening = False

    def _new_conn(self) -> socket.socket:
        # Whom a proxy connects to is the proxy's business, and where the proxy is, its owner's.
        sock = super()._new_conn() if self.proxy else self._new_checked()
        if _local.call is not None:
            _local.call.follow(sock)
        return sock

    def _new_checked(self) -> socket.socket:
        """To one of the addresses that were looked at. By itself urllib3 asks for them once more."""
        name = self._dns_host
        trouble: HTTPError | None = None
        try:
            for address in service_addresses(name, self.port):
                self._dns_host = address
                try:
                    return super()._new_conn()
                except HTTPError as error:
                    trouble = error
        except OSError as error:
            raise NewConnectionError(self, type(error).__name__) from error
        finally:
            self._dns_host = name
        raise trouble or NewConnectionError(self, "no address")

    def send(self, data: Any) -> None:
        if not self._opening:
            if self.sock is None:
                self.connect()
            if _local.call is not None and not _local.call.sent:
                _local.call.follow(self.sock)
                _local.call.sending()
        super().send(data)

    @property
    def is_connected(self) -> bool:
        return not (_local.call is not None and _local.call.fresh) and super().is_connected


class _FollowedTLS(_Followed, HTTPSConnection):
    """The same over TLS."""
