"""The whole portal as real processes over servers of its own, each of which a test may hurt.

`with Stage(folder, database="sqlite") as stage:` is a portal on PostgreSQL and Redis, or as a newcomer has
it; afterwards no process of it is left.
"""

from __future__ import annotations

import base64
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import prepared
from tests.demo_process import ROOT, clean_env
from tests.faults.databases import PostgresDatabase, SQLiteDatabase
from tests.faults.person import Person
from tests.faults.programs import Diary, Program
from tests.faults.sight import ENDED, Change, Sight, plain_id
from tests.faults.visiting import Web
from tests.sandbox_process import SandboxProcess
from tests.servers import PostgresServer, RedisServer
from tests.servers.process import LOOPBACK, free_port

__all__ = [
    "ENDED",
    "LEASE_SECONDS",
    "PASSWORD",
    "POSTGRESQL",
    "SONG_PATH",
    "SQLITE",
    "SWEEP_SECONDS",
    "Account",
    "Change",
    "Stage",
    "plain_id",
]

POSTGRESQL, SQLITE = "postgresql", "sqlite"
LEASE_SECONDS, SWEEP_SECONDS = 4.0, 1.0
# So that a test waits seconds where an installation waits minutes.
SHORT = {
    "TMPPORTAL_LEASE_SECONDS": f"{LEASE_SECONDS}",
    "TMPPORTAL_SWEEP_SECONDS": f"{SWEEP_SECONDS}",
    "TMPPORTAL_POLL_SECONDS_SANDBOX": "0.3",
}
CELERY = ("-m", "celery", "-A", "tmpportal")
WORKER = (*CELERY, "worker", "-P", "threads", "--without-mingle", "--without-gossip", "--loglevel", "INFO")
SCHEDULER = (*CELERY, "beat", "--loglevel", "INFO")
PASSWORD, SONG_PATH = "a long enough phrase", "uploads/song.wav"


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account that is registered at the sandbox for real; `secrets` are its six keys."""

    id: str
    content_id: str
    secrets: list[str] = field(repr=False)


class Stage(Sight):
    """A running portal. `diary` has all that was done to it; `resent` counts what a person sent anew.

    `env` are further settings of all its programs; `pace`, `ears`, `seed` and `options` are the sandbox's,
    `postgres_options` and `redis_options` the servers'. `release` is the tree of an earlier release, whose
    programs and tables it begins with, without an account, until deploy().
    """

    def __init__(
        self,
        folder: Path,
        database: str = POSTGRESQL,
        *,
        workers: int = 1,
        schedulers: int = 1,
        web: bool = False,
        env: dict[str, str] | None = None,
        pace: str = "instant",
        ears: str = "quick",
        seed: int | None = None,
        options: tuple[str, ...] = (),
        postgres_options: dict[str, Any] | None = None,
        redis_options: dict[str, Any] | None = None,
        release: Path = ROOT,
    ) -> None:
        self.kind, self.release = database, release
        self.data, self.logs = folder / "portal", folder / "logs"
        self.diary, self.resent = Diary(), Counter[str]()
        on_servers = database == POSTGRESQL
        self.postgres = PostgresServer(durable=True, **(postgres_options or {})) if on_servers else None
        self.redis = RedisServer(**(redis_options or {})) if on_servers else None
        # Ports that stay over a restart, as addresses do.
        ports = ("--port", str(free_port([LOOPBACK])), "--store-port", str(free_port([LOOPBACK])))
        self.sandbox = SandboxProcess(folder / "sandbox", pace, (*ports, *options), ears=ears, seed=seed)
        self.web = Web(port=free_port([LOOPBACK])) if web else None
        self.settings = {**SHORT, **_keys(), **(env or {})}
        self._counts = (workers, schedulers)
        self._person: Person | None = None
        self._programs: dict[str, Program] = {}
        self._accounts: dict[str, Account] = {}
        self._deleted: list[Account] = []
        self._stack = ExitStack()

    def __enter__(self) -> Stage:
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything; harmless when repeated."""
        for program in reversed(self._programs.values()):
            program.kill()
        self._stack.close()

    def _set_up(self) -> None:
        for folder in (self.data, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        self._start_servers()
        self._stack.callback(self.sandbox.stop)
        self.sandbox.start()
        (self.data / "static").symlink_to(prepared.static_folder())
        names = ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
        self.settings |= {f"TMPPORTAL_SANDBOX_{name.upper()}": getattr(self.sandbox, name) for name in names}
        for _ in range(self._counts[0]):
            self.new_worker()
        for _ in range(self._counts[1]):
            self.new_scheduler()
        if self.web:
            self._new_program("web", self.web.words, self.web.is_up).start()
        if self.release == ROOT:
            self.account()
        for program in self.programs:
            program.wait()
        # Over https alone nobody here can sign in.
        if self.web and "TMPPORTAL_PUBLIC_URL" not in self.settings:
            self.web.sign_in("owner", PASSWORD)

    def _start_servers(self) -> None:
        is_new = self.release != ROOT
        if self.postgres and self.redis:
            if not is_new:
                prepared.copy_postgres(self.postgres)
            self._stack.enter_context(self.postgres)
            self._stack.enter_context(self.redis)
            if is_new:
                self.postgres.new_database("portal")
            self.database = PostgresDatabase(self.postgres)
            self.settings |= {"DATABASE_URL": self.database.url, "REDIS_URL": self.redis.url}
        else:
            path = self.data / "portal.sqlite3"
            if not is_new:
                prepared.copy_sqlite(path)
            self.database = SQLiteDatabase(path)
        self._stack.callback(self.database.close)
        if is_new:
            self.run("manage.py", "migrate", "--verbosity", "0")

    @property
    def person(self) -> Person:
        """Somebody who uses the portal; starts when first wanted."""
        if self._person is None:
            self._person = Person(env=self._env("person"), log=self.logs / "person.log")
            self._stack.callback(self._person.close)
        return self._person

    def run(self, *words: str) -> str:
        """What Python prints with these words, over the portal's data, by the code of its release."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.release,
            env=self._env("operator"),
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        return done.stdout

    def deploy(self) -> None:
        """Bring the tables to this release, whose programs are started from now on."""
        self.release = ROOT
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.database.script(prepared.POSTGRES_AUDIT if self.postgres else prepared.SQLITE_AUDIT)

    def worker(self, number: int = 0) -> Program:
        """The worker of that number, from 0."""
        return self._programs[f"worker{number}"]

    def scheduler(self, number: int = 0) -> Program:
        """The scheduler of that number, from 0."""
        return self._programs[f"scheduler{number}"]

    @property
    def web_program(self) -> Program:
        """gunicorn; `web` visits its pages."""
        return self._programs["web"]

    @property
    def programs(self) -> list[Program]:
        """All that were ever started, dead ones too."""
        return list(self._programs.values())

    def new_worker(self, env: dict[str, str] | None = None) -> Program:
        """One more worker, not waited for; `env` are settings of its own."""
        name = self._free_name("worker")
        return self._new_program(name, [*WORKER, "-n", f"{name}@%h"], self._engine_is_up).start(env=env)

    def new_old_worker(self) -> Program:
        """A worker of the release before with its scheduler, not waited for: it has no pulse to feel."""
        words = [*WORKER, "-B", "-s", str(self.data / "scheduler-before"), "-n", "before@%h"]
        return self._new_program("before", words, lambda program: program.is_alive).start()

    def new_scheduler(self) -> Program:
        """One more scheduler, not waited for."""
        name = self._free_name("scheduler")
        words = [*SCHEDULER, "-s", str(self.data / name), "--pidfile", str(self._pidfile(name))]
        return self._new_program(name, words, self._has_begun).start()

    def dismiss(self, program: Program) -> None:
        """End it for good: it is healed no more."""
        program.kill()
        del self._programs[program.name]

    def heal(self) -> None:
        """Every program and server runs again, and nothing is ordered at the sandbox."""
        for server in (self.postgres, self.redis):
            if server:
                server.start()
        for program in self.programs:
            program.resume()
            program.start()
        for program in self.programs:
            program.wait()
        self.sandbox.clear()

    @contextmanager
    def mishap(self, kind: str, who: str = "") -> Iterator[None]:
        """Note in the diary that this was going on, so that the judge knows."""
        since = time.time()
        try:
            yield
        finally:
            self.diary.note(kind, who, since)

    def account(self, name: str = "owner", **keys: str) -> Account:
        """The account of the person of that name (password PASSWORD), made at first.

        `keys` may be another bucket_secret_id and bucket_secret_key.
        """
        if name not in self._accounts:
            made = self.person.do("account", name=name, password=PASSWORD, **keys)
            self._accounts[name] = Account(**made)
        return self._accounts[name]

    def forget(self, name: str) -> Account:
        """The account of that name, which is made anew when it is wanted again; its secrets stay canaries."""
        self._deleted.append(self._accounts.pop(name))
        return self._deleted[-1]

    @property
    def accounts(self) -> list[Account]:
        """All that were made so far, deleted ones too."""
        return [*self._accounts.values(), *self._deleted]

    def create_jobs(self, count: int = 1, *, account: str = "owner", **more: Any) -> list[str]:
        """Ids of new jobs, made by the product's rules; fewer than `count` when something went wrong on the
        way, DeedFailed when none was made. `more` are arguments of jobs.services.create()."""
        made: list[str] = self.person.do("create", account=self.account(account).id, count=count, **more)
        return made

    def create_jobs_by_form(self, count: int = 1) -> list[str]:
        """Ids of new jobs, made on the portal's page."""
        assert self.web, "Stage(web=True) has pages"
        return [self.web.new_job(SONG_PATH) for _ in range(count)]

    def send_again(self, job: str) -> bool:
        """A person takes the risk of a second job."""
        # Counted first: whatever happens meanwhile, it was asked for.
        self.resent[job] += 1
        return bool(self.person.do("act", name="send_again", job=job))

    def _free_name(self, kind: str) -> str:
        return f"{kind}{sum(name.startswith(kind) for name in self._programs)}"

    def _new_program(self, name: str, words: Sequence[str], is_up: Callable[[Program], bool]) -> Program:
        log = self.logs / f"{name}.log"
        program = Program(
            name,
            words,
            env=self._env(name),
            log=log,
            diary=self.diary,
            is_up=is_up,
            folder=self.release,
        )
        self._programs[name] = program
        return program

    def _env(self, name: str) -> dict[str, str]:
        # PostgreSQL then knows whose connection is whose.
        return clean_env(self.data) | self.settings | {"PGAPPNAME": name}

    def _engine_is_up(self, program: Program) -> bool:
        rows = self.database.query(
            "SELECT name FROM jobs_pulse WHERE name LIKE %s", f"engine:%:{program.pid}"
        )
        return bool(rows)

    def _pidfile(self, name: str) -> Path:
        return self.data / f"{name}.pid"

    def _has_begun(self, program: Program) -> bool:
        # Not its schedule's file, which some databases of Python's dbm write only now and then.
        file = self._pidfile(program.name)
        return file.exists() and file.read_text().strip() == str(program.pid)


def _keys() -> dict[str, str]:
    field_key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "TMPPORTAL_FIELD_KEYS": f"stage:{field_key}",
        "TMPPORTAL_SECRET_KEY": secrets.token_urlsafe(50),
    }
