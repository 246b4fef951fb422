"""Whether this portal does its work, for whoever watches it: few words, and never a long wait."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any, Generic, TypeVar

import redis
from django.apps import apps
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from redis.backoff import NoBackoff
from redis.retry import Retry

from jobs.signs import signs

T = TypeVar("T")
Part = dict[str, Any]

BROKER_SECONDS, DATABASE_SECONDS = 1.0, 2.0
# Strangers may ask as often as they like: database and broker are asked at most so often.
GOOD_FOR_SECONDS = 1.0
OK, LATE, AWAY = "ok", "late", "away"


class Probe(Generic[T]):
    """One question, put in a thread of its own, so that nobody waits longer than he likes.

    Whoever asks while it is out, or a moment after it came back, shares its answer.
    """

    def __init__(self, question: Callable[[], T]) -> None:
        self._question = question
        self._lock = threading.Lock()
        self._answer: Future[T] | None = None
        self._answered_at = float("-inf")

    def put(self) -> Future[T]:
        """The answer, maybe later; its exception is the question's."""
        with self._lock:
            answer = self._answer
            is_fresh = time.monotonic() - self._answered_at < GOOD_FOR_SECONDS
            if answer is None or (answer.done() and not is_fresh):
                self._answer = answer = Future()
                threading.Thread(target=self._ask, args=(answer,), name="readiness", daemon=True).start()
            return answer

    def _ask(self, answer: Future[T]) -> None:
        try:
            found = self._question()
        except BaseException as error:
            self._answered_at = time.monotonic()
            answer.set_exception(error)
        else:
            self._answered_at = time.monotonic()
            answer.set_result(found)


def report() -> dict[str, Part]:
    """The parts of the portal, each with its `state`: ok, late or away; ages in seconds."""
    until = time.monotonic() + DATABASE_SECONDS
    asked, knocked = _database.put(), _broker.put()
    broker = _or_none(knocked, BROKER_SECONDS) or {"state": AWAY}
    parts = _or_none(asked, max(0.1, until - time.monotonic())) or _without_database()
    return {**parts, "broker": broker}


def is_ready(parts: dict[str, Part]) -> bool:
    """Whether all is well."""
    return all(part["state"] == OK for part in parts.values())


def _or_none(answer: Future[T], seconds: float) -> T | None:
    try:
        return answer.result(seconds)
    except (TookTooLong, Error, redis.RedisError, OSError):
        return None


def _without_database() -> dict[str, Part]:
    names = ("database", "migrations", "sweep", "engine")
    return {name: {"state": AWAY} for name in names}


def _look_into_database() -> dict[str, Part]:
    """Raises a database error while it is away."""
    try:
        connection.ensure_connection()
        migrated = _is_migrated()
        parts: dict[str, Part] = {
            "database": {"state": OK},
            "migrations": {"state": OK if migrated else LATE},
        }
        return {**parts, **(_signs_of_life() if migrated else _no_signs())}
    finally:
        # The thread ends with the question.
        connection.close()


def _is_migrated() -> bool:
    applied = MigrationRecorder(connection).applied_migrations()
    return _known_migrations() <= set(applied)


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Those of this version, without loading them; what a newer one has applied besides does no harm."""
    found = set()
    for app in apps.get_app_configs():
        name, _ = MigrationLoader.migrations_module(app.label)
        if name and find_spec(name):
            modules = iter_modules(import_module(name).__path__)
            found |= {(app.label, each.name) for each in modules if each.name[0] not in "_~"}
    return frozenset(found)


def _signs_of_life() -> dict[str, Part]:
    found = signs()
    sweep: Part = {"state": found.sweep}
    engine: Part = {"state": found.engine, "count": found.engines}
    if found.sweep_age is not None:
        sweep["age"] = round(found.sweep_age, 1)
    if found.engine_age is not None:
        engine["age"] = round(found.engine_age, 1)
    return {"sweep": sweep, "engine": engine}


def _no_signs() -> dict[str, Part]:
    return {"sweep": {"state": AWAY}, "engine": {"state": AWAY}}


def _knock_at_broker() -> Part:
    """Raises RedisError or OSError when it does not answer."""
    if settings.REDIS_URL:
        patience = {"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS}
        with redis.Redis.from_url(settings.REDIS_URL, retry=Retry(NoBackoff(), 0), **patience) as client:
            client.ping()
    elif not os.access(settings.BROKER_DIR / "messages", os.W_OK):
        raise FileNotFoundError
    return {"state": OK}


_database = Probe(_look_into_database)
_broker = Probe(_knock_at_broker)
