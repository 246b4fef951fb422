"""Engines as workers run them, in threads of their own, and gateways that let a test wait for them."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from accounts import endpoints
from jobs.engine.loop import Engine


@contextmanager
def running(engine: Engine | None = None) -> Iterator[Engine]:
    """An engine at work."""
    engine = engine or Engine()
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


def eventually(is_so: Callable[[], Any], seconds: float = 15.0) -> bool:
    """Whether it comes to be so in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(0.02)
    return bool(is_so())


@contextmanager
def silent_gateway() -> Iterator[str]:
    """The address of a gateway that takes every connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def set_address(monkeypatch: pytest.MonkeyPatch, key: str, url: str) -> None:
    """Another address for one of the services that the portal knows."""
    known = endpoints.all_endpoints

    def changed() -> dict[str, endpoints.Endpoint]:
        found = known()
        return {**found, key: replace(found[key], url=url)}

    monkeypatch.setattr(endpoints, "all_endpoints", changed)
