"""Tries are counted in one place for all processes: a table, or a Redis that may go away (T29, T34)."""

from __future__ import annotations

import logging
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache.backends.base import BaseCache

from accounts import caches
from accounts.caches import SharedRedis, TableCache
from accounts.models import Cached
from accounts.tasks import forget_tries
from tests.jobs.connections import at_once
from tests.jobs.connections import many_connections as many_connections
from tests.servers import RedisServer

PARAMS = {"KEY_PREFIX": "portal"}


def in_table() -> TableCache:
    return TableCache("", PARAMS)


@pytest.fixture
def in_redis(redis_server: RedisServer) -> Iterator[Callable[[], SharedRedis]]:
    redis_server.flush()
    with left_alone():
        yield lambda: SharedRedis(redis_server.url, PARAMS)


@contextmanager
def left_alone() -> Iterator[None]:
    """No outage of one test reaches into another."""
    caches._Outage.until = float("-inf")
    try:
        yield
    finally:
        caches._Outage.until = float("-inf")


def behaves(one: BaseCache, other: BaseCache) -> None:
    """What the counters stand on, asked through two processes' caches."""
    assert one.add("lock", True, timeout=10)
    assert not other.add("lock", True, timeout=10)
    assert other.delete("lock") and not other.delete("lock")
    assert one.add("lock", True, timeout=0.05)
    time.sleep(0.06)
    assert other.get("lock", "gone") == "gone"
    assert other.add("lock", True, timeout=10)
    one.set("history", [1.5, 2.5], 60)
    other.set("history", [3.5, *other.get("history")], 60)
    assert one.get("history") == [3.5, 1.5, 2.5]
    assert one.touch("history", 60) and not one.touch("nothing", 60)
    one.clear()
    assert other.get("history", []) == []


@pytest.mark.django_db
def test_a_table_counts_for_all() -> None:
    """T29"""
    behaves(in_table(), in_table())


def test_redis_counts_for_all(in_redis: Callable[[], SharedRedis], redis_server: RedisServer) -> None:
    """T29"""
    with redis_server.client() as client:
        client.set("celery", "a queue")
        behaves(in_redis(), in_redis())
        assert client.get("celery") == b"a queue"


@pytest.mark.usefixtures("many_connections")
def test_of_many_that_want_a_lock_one_gets_it() -> None:
    """T29"""
    got: list[bool] = []
    with at_once(8, lambda: got.append(in_table().add("lock", True, timeout=10))):
        pass
    assert sorted(got) == [False] * 7 + [True]


@pytest.mark.django_db
def test_names_and_addresses_stand_nowhere_in_the_table_and_are_swept() -> None:
    """T29"""
    in_table().set("allauth:alice:203.0.113.1", [1.0], 0.01)
    in_table().set("other", [1.0], 60)
    assert "alice" not in str(list(Cached.objects.values()))
    time.sleep(0.02)
    forget_tries()
    assert Cached.objects.count() == 1


def test_a_pickle_in_redis_is_never_opened(
    in_redis: Callable[[], SharedRedis], redis_server: RedisServer, tmp_path: Any
) -> None:
    """T34"""
    here = tmp_path / "ran"

    class Nasty:
        def __reduce__(self) -> tuple[Any, ...]:
            return (open, (str(here), "w"))

    cache = in_redis()
    with redis_server.client() as client:
        client.set(cache.make_key("history"), pickle.dumps(Nasty()))
    assert cache.get("history", []) == []
    assert not here.exists()


def test_a_redis_that_is_away_is_told_once_and_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    """T29"""
    caplog.set_level(logging.WARNING, logger="accounts.caches")
    with left_alone(), RedisServer() as server:
        cache = SharedRedis(server.url, PARAMS)
        cache.set("history", [1.0], 60)
        server.stop()
        began = time.monotonic()
        for number in range(50):
            assert cache.add(f"key-{number}", True, timeout=60)
            assert not cache.add(f"key-{number}", True, timeout=60)
        assert time.monotonic() - began < 5
        assert len(caplog.records) == 1
        server.start()
        caches._Outage.until = float("-inf")
        assert cache.add("key-1", True, timeout=60)
        cache.clear()
