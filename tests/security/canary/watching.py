"""Collects what comes out of a running portal, sink by sink, so that secrets can be looked for in it."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import redis
import requests

from tests.demo_process import ROOT, clean_env, processes_of
from tests.portal_process import PortalProcess
from tests.secrets_search import files_of
from tests.security.canary import tables
from tmpportal.launch import COMMANDS
from tmpportal.visitor import Visitor

# Where the portal is asked to run code of a test, with its own settings over its own database.
_INSIDE = "from tests.security.canary import inside; inside.main()"
Piece = tuple[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer; `head` has the address that was asked and all headers."""

    where: str
    state: int
    head: str
    body: bytes
    is_revealed: bool = False

    @property
    def is_file(self) -> bool:
        """Whether a browser would save it."""
        return "attachment" in self.head


class Watch:
    """Beside `portal` from begin() to end(): a scheduler of its own, the queue, and the list of processes."""

    def __init__(self, portal: PortalProcess) -> None:
        self.portal, self.data = portal, portal.data
        self.answers: list[Answer] = []
        self.messages: dict[str, bytes] = {}
        self.processes: set[str] = set()
        self.inside: dict[str, Any] = {}
        self._is_revealing = False
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._read_queue, daemon=True)]
        self._threads.append(threading.Thread(target=self._read_processes, daemon=True))
        self._scheduler: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """The environment of the portal."""
        return clean_env(self.data) | self.portal.surroundings

    def begin(self) -> None:
        """The portal has its tables now."""
        for thread in self._threads:
            thread.start()
        command = [word.replace("INFO", "DEBUG") for word in COMMANDS["scheduler"]]
        words = [*command, "--schedule", str(self.data / "second-scheduler")]
        with (self.data / "logs" / "scheduler.log").open("ab") as log:
            self._scheduler = subprocess.Popen(
                [sys.executable, "-m", *words], cwd=ROOT, env=self.env, stdout=log, stderr=log
            )

    def end(self) -> None:
        """Nothing more is collected."""
        self._stopped.set()
        if self._scheduler:
            self._scheduler.terminate()
            self._scheduler.wait(30)

    def visitor(self) -> Visitor:
        """A person every answer to whom is kept."""
        visitor = Visitor(self.portal.url)
        visitor.session.hooks["response"].append(self._keep)
        return visitor

    @contextlib.contextmanager
    def revealing(self) -> Iterator[None]:
        """What is answered meanwhile may show what was asked for."""
        self._is_revealing = True
        yield
        self._is_revealing = False

    def said(self, name: str) -> str:
        """The log of a process."""
        return (self.data / "logs" / f"{name}.log").read_text(errors="replace")

    @contextlib.contextmanager
    def broken_table(self, name: str) -> Iterator[None]:
        """A database that fails in the middle of what is done."""
        tables.rename(self._database, name, "away")
        try:
            yield
        finally:
            tables.rename(self._database, "away", name)

    def opened(self) -> dict[str, Any]:
        """What only somebody with the field keys can read."""
        return self._run_inside({})

    def look_inside(self, typed: Mapping[str, str]) -> dict[str, Any]:
        """As opened(), after requests with what was `typed` that end in an error, within one process: it sees
        the mail about them and the cache."""
        self.inside = self._run_inside({"typed": dict(typed)})
        return self.inside

    def sinks(self) -> dict[str, list[Piece]]:
        """Everything that was collected, by where secrets may end up; what was revealed is left out."""
        answers = [answer for answer in self.answers if not answer.is_revealed]
        pages = [answer for answer in answers if answer.state < 400 and not answer.is_file]
        static = self.data / "static"
        logs = {f"{name}.log" for name in ("web", "worker", "scheduler")}
        return {
            **{f"{name} log": [(name, self.said(name).encode())] for name in ("web", "worker", "scheduler")},
            "terminal": [("terminal", self.portal.said.encode())],
            "database": [("dump", tables.dumped(self._database).encode())],
            "queue": list(_messages(self.messages)),
            "cache": [("cache", base64.b64decode(each)) for each in self.inside["cache"]],
            "sessions": [("sessions", json.dumps(self.inside["sessions"]).encode())],
            "audit log": [("audit", json.dumps(self.inside["audit"]).encode())],
            "files": [
                (str(path), path.name.encode() + b"\n" + path.read_bytes())
                for path in files_of(self.data)
                # What was copied out of the checkout holds no more than the checkout.
                if path.name not in logs and (static not in path.parents or path.name == "staticfiles.json")
            ],
            "pages": [(answer.where, answer.body) for answer in pages],
            "headers and addresses": [(answer.where, answer.head.encode()) for answer in answers],
            "error pages": [
                *((answer.where, answer.body) for answer in answers if answer.state >= 400),
                *(("inside", base64.b64decode(each)) for each in self.inside["error_pages"]),
            ],
            "error mail": [("mail", base64.b64decode(each)) for each in self.inside["mail"]],
            "files given out": [(answer.where, answer.body) for answer in answers if answer.is_file],
            "processes": [("ps", command.encode()) for command in sorted(self.processes)],
        }

    @property
    def _database(self) -> str:
        return self.portal.env.get("DATABASE_URL", "") or str(self.data / "portal.sqlite3")

    def _run_inside(self, order: dict[str, Any]) -> dict[str, Any]:
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", _INSIDE]
        done = subprocess.run(
            command, cwd=ROOT, env=self.env, input=json.dumps(order), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    def _keep(self, answer: requests.Response, **kwargs: object) -> None:
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        self.answers.append(
            Answer(
                where=f"{answer.request.method} {answer.url} ({answer.status_code})",
                state=answer.status_code,
                head=f"{answer.url}\n{head}\n",
                body=answer.content,
                is_revealed=self._is_revealing,
            )
        )

    def _read_queue(self) -> None:
        if url := self.portal.env.get("REDIS_URL"):
            self._read_redis(url)
        while not self._stopped.wait(0.02):
            for path in (self.data / "broker").rglob("*"):
                if path.name not in self.messages and path.is_file():
                    with contextlib.suppress(OSError):
                        self.messages[path.name] = path.read_bytes()

    def _read_redis(self, url: str) -> None:
        """Every command with all its words: more than any look at the keys would find."""
        with redis.Redis.from_url(url) as client, client.monitor() as monitor:
            while not self._stopped.is_set():
                told = monitor.next_command()
                self.messages[f"{told['time']} {len(self.messages)}"] = told["command"].encode()

    def _read_processes(self) -> None:
        while not self._stopped.wait(0.3):
            self.processes.update(processes_of(self.data))


def _messages(messages: Mapping[str, bytes]) -> Iterator[Piece]:
    """Each message, and what is in the bodies of those that carry one."""
    for name, message in messages.items():
        yield name, message
        # Redis tells what it is told with its quotes escaped.
        for body in re.findall(rb'"body\\?": ?\\?"([A-Za-z0-9+/=]+)', message):
            yield f"body of {name}", base64.b64decode(body)
