"""Threads that read results and prepare songs for an engine, since both wait for buckets and for children."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType
from typing import Self
from uuid import UUID

from django.db import close_old_connections, connection

from accounts.log_context import about

log = logging.getLogger(__name__)


class Collectors:
    """A few threads that do `work` with each job, from entering to leaving; what nobody has begun by then is
    left to the next engine. `name` is theirs, for the log."""

    def __init__(self, count: int, work: Callable[[UUID], None], *, name: str) -> None:
        self._work = work
        self._waiting: SimpleQueue[UUID | None] = SimpleQueue()
        self._named: set[UUID] = set()
        self._is_over = False
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}_{number}", daemon=True)
            for number in range(count)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def add(self, job_id: UUID) -> None:
        """Once, though every turn may name it while all of them are at work."""
        if job_id not in self._named:
            self._named.add(job_id)
            self._waiting.put(job_id)

    def _run(self) -> None:
        while (job_id := self._waiting.get()) is not None and not self._is_over:
            with about(job_id=job_id):
                self._do(job_id)
        connection.close()

    def _do(self, job_id: UUID) -> None:
        try:
            self._work(job_id)
        except Exception:
            log.exception("Work on job %s went wrong; its lease brings it back", job_id)
        finally:
            close_old_connections()
            self._named.discard(job_id)
