"""Django's cache as all web processes share it, so that tries are counted once: in Redis, or in a table.

Nothing else is kept there. Values are JSON, never pickles: whoever can write into Redis must not thereby run
code here.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.db import IntegrityError, transaction
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

# So long a Redis that failed is left in peace; meanwhile each process counts by itself.
ASK_AGAIN_SECONDS = 10.0
MOST_OWN = 100_000
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


class TableCache(BaseCache):
    """Entries as rows of `Cached`. add() is atomic, which the locks of allauth's counters stand on."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Whether there was no such entry; of many at once one is told so."""
        row = self._row(key, value, timeout, version)
        self._rows().filter(pk=row.pk).expired().delete()
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            return False
        return True

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value, `default` when there is none or its time is over."""
        found = self._rows().fresh().filter(pk=self._digest(key, version)).values_list("value", flat=True)
        return next(iter(found), default)

    def set(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Keep the value, whatever was there."""
        self._rows().bulk_create(
            [self._row(key, value, timeout, version)],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["value", "expires_at"],
        )

    def touch(self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Let the entry hold anew; whether there is one."""
        found = self._rows().fresh().filter(pk=self._digest(key, version))
        return bool(found.update(expires_at=self._end(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Whether there was such an entry."""
        return bool(self._rows().filter(pk=self._digest(key, version)).delete()[0])

    def clear(self) -> None:
        """Forget everything."""
        self._rows().delete()

    def _rows(self) -> Any:
        # Settings name this class, and models are there only after the settings.
        from accounts.models import Cached

        return Cached.objects.all()

    def _row(self, key: str, value: Any, timeout: float | None, version: int | None) -> Any:
        return self._rows().model(key=self._digest(key, version), value=value, expires_at=self._end(timeout))

    def _end(self, timeout: float | None) -> datetime:
        until = self.get_backend_timeout(timeout)
        return FOR_EVER if until is None else datetime.fromtimestamp(until, UTC)

    def _digest(self, key: str, version: int | None) -> str:
        return hashlib.sha256(self.make_key(key, version).encode()).hexdigest()


class Json:
    """How values lie in Redis."""

    def dumps(self, value: Any) -> bytes:
        """`value` as JSON."""
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        """What dumps() was given; raises ValueError."""
        return json.loads(data)


class _Outage:
    """Whether this process leaves Redis alone for a while; its threads share it, each has a cache."""

    until = float("-inf")

    @classmethod
    def is_on(cls) -> bool:
        return time.monotonic() < cls.until

    @classmethod
    def begin(cls, error: Exception) -> None:
        if not cls.is_on():
            log.warning("Redis is away (%s): each process counts tries by itself", type(error).__name__)
        cls.until = time.monotonic() + ASK_AGAIN_SECONDS


class SharedRedis(RedisCache):
    """As Django's, but a Redis that is away, or full, costs nobody the sign-in.

    Tries are then counted in each process: so many times more get through, and nobody who knows a password is
    kept out.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        manners = {
            "serializer": Json,
            "socket_connect_timeout": 0.5,
            "socket_timeout": 1.0,
            "retry": Retry(NoBackoff(), 0),
        }
        super().__init__(server, {**params, "OPTIONS": {**manners, **params.get("OPTIONS", {})}})
        self._own = LocMemCache("tries", {**params, "OPTIONS": {"MAX_ENTRIES": MOST_OWN}})

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("add", *args, **kwargs))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", key, default, version=version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._ask("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("touch", *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("delete", *args, **kwargs))

    def clear(self) -> None:
        """Forget our own entries: Django's way would take the queue in the same Redis along."""
        self._own.clear()
        client = self._cache.get_client(write=True)
        for key in client.scan_iter(match=f"{self.key_prefix}:*"):
            client.delete(key)

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if not _Outage.is_on():
            try:
                return getattr(super(), name)(*args, **kwargs)
            except (RedisError, OSError, ValueError) as error:
                _Outage.begin(error)
        return getattr(self._own, name)(*args, **kwargs)
