"""The engine of one worker: a thread that sends queued jobs and asks about those that TMP has, for ever."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import Error, close_old_connections, connections

from jobs.engine import collecting, preparing
from jobs.engine.collectors import Collectors
from jobs.engine.questions import Askers
from jobs.engine.submitting import Submission
from jobs.engine.turn import Turn
from tencent.errors import Unanswered
from tencent.streaming import Streaming

log = logging.getLogger(__name__)
T = TypeVar("T")

GATHER_SECONDS = 0.03
# Seconds to wait for a database that is away.
AWAY_SECONDS = 1.0
COLLECTORS = 4
PREPARERS = settings.PREPARING_AT_ONCE
STOP_SECONDS = 7.0


class Engine:
    """One event loop in one thread, with one more thread that alone asks the database for it.

    It takes work by guarded updates, so any number of engines may run over one database; what one that dies
    had taken comes back by its lease or its next question. `wake` cuts the present pause short.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._woken = asyncio.Event()
        self._stopping = threading.Event()
        self._turn = Turn(at_once=settings.CALLS_AT_ONCE)
        self._starting = threading.Lock()

    @property
    def is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def was_started(self) -> bool:
        """Whether this process is a worker that shall have an engine."""
        return self._thread is not None and not self._stopping.is_set()

    def start(self) -> None:
        """Begin in a thread of its own; does nothing while it runs."""
        with self._starting:
            if not self.is_alive:
                self._stopping.clear()
                self._turn.begin_anew()
                self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Take nothing more, and wait a few seconds for calls that are out."""
        self._stopping.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def wake(self) -> None:
        """There may be something to do; from any thread."""
        self._turn.look_anew()
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._woken.set)

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except Exception:
            log.exception("The engine ended; the next sweep starts it again")

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        with (
            ThreadPoolExecutor(1, thread_name_prefix="engine-db") as database,
            Collectors(COLLECTORS, collecting.collect, name="collect") as collectors,
            Collectors(PREPARERS, self._prepare, name="prepare") as preparers,
        ):
            try:
                async with (
                    # Askers let one account have half of them at most, and turns let it send a few at once.
                    Streaming(at_once=2 * settings.CALLS_AT_ONCE) as asking,
                    Streaming(at_once=0, fresh=True) as sending,
                ):
                    await self._turns(database, collectors, preparers, asking, sending)
            finally:
                database.submit(connections.close_all)

    async def _turns(
        self,
        database: ThreadPoolExecutor,
        collectors: Collectors,
        preparers: Collectors,
        asking: Streaming,
        sending: Streaming,
    ) -> None:
        out: set[asyncio.Task[None]] = set()
        askers = Askers(
            at_once=settings.CALLS_AT_ONCE, answered=self._turn.answered, runs_low=self._woken.set
        )
        while not self._stopping.is_set() or out or self._turn.has_news:
            work = await self._in(database, lambda: self._turn.take(stopping=self._stopping.is_set()))
            if work is None:
                await self._pause(AWAY_SECONDS)
                continue
            self._turn.began(work)
            for finished in work.finished:
                collectors.add(finished)
            for unready in work.unready:
                preparers.add(unready)
            calls = askers.put(work.questions, asking, more_are_due=work.leaves_some)
            calls += [self._send(submission, sending) for submission in work.submissions]
            for each in calls:
                task = asyncio.create_task(each)
                out.add(task)
                task.add_done_callback(out.discard)
            await self._pause(self._turn.pause)

    def _prepare(self, job_id: UUID) -> None:
        preparing.prepare(job_id, self._stopping.is_set)
        self.wake()

    async def _send(self, submission: Submission, transport: Streaming) -> None:
        with submission.in_log():
            try:
                answer = await submission.send(transport)
            except Exception:
                log.exception("The sending of job %s went wrong; nobody knows how far", submission.job.pk)
                answer = Unanswered(cause="reset")
        self._turn.sent(submission, answer)
        self._woken.set()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
            # What else comes in a moment is done in the same turn.
            await asyncio.sleep(GATHER_SECONDS)
        self._woken.clear()

    async def _in(self, database: ThreadPoolExecutor, work: Callable[[], T]) -> T | None:
        """What `work` brings in the database's thread; None while the database is away, or has a bad day."""
        try:
            return await asyncio.get_running_loop().run_in_executor(database, work)
        except Error as error:
            log.warning("The database is away: %s", type(error).__name__)
        except Exception:
            log.exception("A turn of the engine went wrong")
        database.submit(close_old_connections)
        return None


engine = Engine()
