"""One chaos run: a whole portal, people who use it, bad weather at TMP, and blows to all its processes."""

from __future__ import annotations

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos import weather
from tests.chaos.blows import Blow, draw
from tests.chaos.books import Books, Truth, audit, unsettled
from tests.chaos.journal import Journal
from tests.chaos.people import NAMES, People
from tests.faults.databases import SQLiteDatabase
from tests.faults.evidence import gather
from tests.faults.programs import Program
from tests.faults.stage import SQLITE, Stage
from tests.servers import PostgresServer
from tests.servers.process import NotStarted
from tests.tencent.wire_server import WireServer

# Short waits for locks: a worker that is paused in a transaction holds the others up for so long.
SETTINGS = {"TMPPORTAL_STATEMENT_SECONDS": "4", "TMPPORTAL_CALLS_PER_SECOND": "0"}
QUIET_SECONDS, STILL_SECONDS = 120.0, 3.0
# Of which a stage has two.
SEVERAL = ("worker", "scheduler")


@dataclass(frozen=True, kw_only=True)
class Run:
    """How big a run is: `jobs` over `window` seconds under so many `blows`."""

    jobs: int = 500
    blows: int = 26
    window: float = 75.0


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came of a run; `faults` are the blows that landed."""

    seed: int
    database: str
    faults: int
    books: Books
    seconds: float

    def line(self) -> str:
        told = f"seed={self.seed} db={self.database} jobs={self.books.jobs} faults={self.faults}"
        return f"{told} {self.books.line()}"


def run(folder: Path, database: str, seed: int, size: Run, journal: Journal) -> Report:
    """One run, judged. What was drawn and what happened when is in the journal."""
    began = time.monotonic()
    blows = draw(seed, database, count=size.blows, window=size.window)
    for blow in blows:
        journal.note(f"drawn {blow}")
    options = {"workers": 2, "schedulers": 2, "web": True, "env": SETTINGS, "seed": seed}
    with Stage(folder, database, **options) as stage, WireServer(lambda *_: None) as stranger:
        for name in NAMES:
            stage.account(name)
        weather.order(stage, stranger=f"{stranger.url}/job")
        journal.note("the portal is up")
        people = People(stage, journal, seed=seed, jobs=size.jobs, window=size.window)
        people.start()
        storm = Storm(stage, journal)
        storm.strike(blows)
        people.finish()
        journal.note("quiet")
        _quieten(stage, people)
        journal.note("settled")
        books = audit(stage, people.promised, people.deeds, strangers=len(stranger.requests))
        for each in sorted(stage.diary.mishaps, key=lambda each: each.since):
            journal.note(f"{each.kind} {each.who} {each.since:.3f} to {each.until:.3f}")
        _tell(stage, books, journal)
    return Report(
        seed=seed, database=database, faults=storm.landed, books=books, seconds=time.monotonic() - began
    )


class Storm:
    """Lets blows fall at their time; `landed` counts those that found somebody to hit."""

    def __init__(self, stage: Stage, journal: Journal) -> None:
        self._stage, self._journal = stage, journal
        self._locks: dict[str, threading.Lock] = {}
        self.landed = 0

    def strike(self, blows: list[Blow]) -> None:
        """All of them; returns when the last is over."""
        began = time.monotonic()
        with ThreadPoolExecutor(8, thread_name_prefix="storm") as hands:
            falling = []
            for blow in blows:
                time.sleep(max(0.0, began + blow.at - time.monotonic()))
                falling.append(hands.submit(self._fall, blow))
        for each in falling:
            self.landed += each.result()

    def _fall(self, blow: Blow) -> bool:
        deed, _, whom = blow.kind.partition(" ")
        name = f"{whom} {blow.who}" if whom in SEVERAL else whom
        lock = self._locks.setdefault(name, threading.Lock())
        # Whoever lies down already is hit once he stands again.
        with lock:
            self._journal.note(f"falls {blow}")
            landed: bool = getattr(self, f"_{deed}_{whom}")(blow)
            self._journal.note(f"{'over' if landed else 'missed'} {blow}")
        return landed

    def _kill_worker(self, blow: Blow) -> bool:
        return self._kill(self._stage.worker(blow.who), blow)

    def _kill_scheduler(self, blow: Blow) -> bool:
        return self._kill(self._stage.scheduler(blow.who), blow)

    def _kill_web(self, blow: Blow) -> bool:
        return self._kill(self._stage.web_program, blow)

    def _kill(self, program: Program, blow: Blow) -> bool:
        program.kill()
        time.sleep(blow.seconds)
        program.start()
        return True

    def _pause_worker(self, blow: Blow) -> bool:
        worker = self._stage.worker(blow.who)
        if not _paused(self._stage, worker):
            return False
        time.sleep(blow.seconds)
        worker.resume()
        return True

    def _kill_redis(self, blow: Blow) -> bool:
        assert self._stage.redis
        with self._stage.mishap("kill", "redis"):
            self._stage.redis.kill()
            time.sleep(blow.seconds)
            self._stage.redis.start()
        return True

    def _flush_redis(self, blow: Blow) -> bool:
        assert self._stage.redis
        with self._stage.mishap("flush", "redis"), suppress(OSError):
            self._stage.redis.flush()
        return True

    def _restart_postgres(self, blow: Blow) -> bool:
        assert self._stage.postgres
        with self._stage.mishap("restart", "postgres"):
            with suppress(NotStarted):
                self._stage.postgres.restart(immediate=True)
            _insist_on(self._stage.postgres)
        return True

    def _lock_sqlite(self, blow: Blow) -> bool:
        try:
            with self._stage.mishap("lock", "sqlite"), self._stage.database.lock_row(""):
                time.sleep(blow.seconds)
        except sqlite3.OperationalError:
            return False
        return True


def _insist_on(server: PostgresServer) -> None:
    """Recovery may take longer than a start may, where the disk is busy; it goes on with the next."""
    for tries_left in reversed(range(4)):
        try:
            server.start()
            return
        except NotStarted:
            if not tries_left:
                raise


def _paused(stage: Stage, worker: Program) -> bool:
    """Paused, on SQLite at a moment at which it holds no lock that would stop everybody."""
    for _ in range(20):
        worker.pause()
        if stage.kind != SQLITE or _is_free(stage):
            return True
        worker.resume()
        time.sleep(0.05)
    return False


def _is_free(stage: Stage) -> bool:
    """Whether somebody else can write now."""
    assert isinstance(stage.database, SQLiteDatabase)
    path = stage.database.path
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(path, timeout=1)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        return True
    return False


def _quieten(stage: Stage, people: People) -> None:
    """Everything runs again; people let go on what is held, and end what TMP never will."""
    stage.heal()
    stage.wait_until(people.resume_all, 30, "people let their accounts go on")
    deadline, still_since = time.monotonic() + QUIET_SECONDS, time.monotonic()
    while time.monotonic() < deadline:
        if unsettled(stage):
            still_since = time.monotonic()
            people.cancel(_endless(stage))
        elif time.monotonic() - still_since > STILL_SECONDS:
            return
        time.sleep(0.5)


def _endless(stage: Stage) -> list[str]:
    """Jobs that TMP works on for ever."""
    outcomes, evidence = Truth.of(stage).outcomes, gather(stage, [])
    asked = [job for job, row in evidence.rows.items() if row.state in ("SUBMITTED", "PROCESSING")]
    last = {job: evidence.sendings[job][-1].custom_id for job in asked if job in evidence.sendings}
    return [job for job, custom_id in last.items() if outcomes.get(custom_id) == "never_ends"]


def _tell(stage: Stage, books: Books, journal: Journal) -> None:
    if stage.postgres:
        said = stage.postgres.log.read_text(errors="replace").splitlines()
        for at, text in enumerate(said):
            if "deadlock detected" in text:
                journal.note("\n".join(said[at : at + 8]))
    journal.note(f"late={len(books.doubts.late)} answered={stage.sandbox.summary()['answered']}")
    known: dict[str, Any] = {}
    for change in stage.audit():
        known.setdefault(change.job, []).append(f"{change.to_state} {change.at:.3f} {change.who}")
    evidence, outcomes = gather(stage, []), Truth.of(stage).outcomes
    for name, things in books.dirt.items():
        for thing in things[:50]:
            job = thing[:36]
            heard = [(each.answered, outcomes.get(each.custom_id)) for each in evidence.sendings.get(job, [])]
            journal.note(f"dirty {name}: {thing}: {known.get(job)} {evidence.notes.get(job)} {heard}")
