"""The portal on PostgreSQL and Redis: a song becomes beats, and nothing is lost while one of them is away."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from tests.demo_process import commands_of, processes_of
from tests.journeys.forging import messages
from tests.load import people
from tests.load.people import visit_all
from tests.load.slow import KINDS, SlowCrowd
from tests.load.stage import Seeded
from tests.portal_process import PortalProcess
from tests.sandbox_process import SandboxProcess
from tests.servers import PostgresServer, RedisServer
from tests.songs import clicks

ENDED = {"DONE", "REFUSED", "UNSURE", "DRAFT", "COMPLETED", "ERROR", "GAVE_UP"}
FORM = "/jobs/new/musicBeat/"
# A form that is sent while the queue hangs: two seconds for it, the rest for the song and the pages.
PATIENCE_SECONDS = 5.0
RECOVERY_SECONDS = 30.0
# Nine of each kind: the web process has eight threads.
PEOPLE, SLOW = 4, 9 * len(KINDS)


class Scene:
    """A portal on servers of its own, and its owner `visitor` with a registered account."""

    def __init__(self, folder: Path, sandbox: SandboxProcess) -> None:
        self.song = folder / "song.wav"
        self.song.write_bytes(clicks(6, 120))
        self.database = PostgresServer(durable=True)
        self.queue = RedisServer(password="a-password-of-redis")
        self.data = folder / "portal"
        self.sandbox = sandbox

    def __enter__(self) -> Scene:
        self.database.start()
        self.queue.start()
        urls = {"DATABASE_URL": self.database.new_database("portal"), "REDIS_URL": self.queue.url}
        self.portal = PortalProcess(self.data, port=8500, sandbox=self.sandbox, **urls).start()
        self.visitor = self.portal.own()
        fields = {"endpoint": "sandbox", "user_name": "onservers"}
        page = self.visitor.submit("/accounts/register/?sandbox=1", having="operate_uin", fields=fields)
        assert self.visitor.wait_for_state(page.url, ended=ENDED, seconds=30) == "DONE"
        return self

    def __exit__(self, *args: object) -> None:
        self.portal.stop()
        self.database.close()
        self.queue.close()

    def send(self) -> str:
        """Send the song as a new job; returns the address of its page."""
        file = ("file", self.song, self.song.name)
        return self.visitor.submit(FORM, having="outputType", fields={}, file=file).url

    def ends(self, page: str) -> str:
        """The state that the job ends in, within the time that a recovery may take."""
        return self.visitor.wait_for_state(page, ended=ENDED, seconds=RECOVERY_SECONDS)

    def books(self) -> tuple[list[dict[str, Any]], list[list[tuple[Any, ...]]]]:
        """What reached TMP, and the rows of jobs, registrations and accounts."""
        calls = requests.get(f"{self.sandbox.gateway}/_ledger", timeout=10).json()
        rows = [
            self.database.execute(f"SELECT {columns} ORDER BY id", "portal")
            for columns in (
                "id, state FROM jobs_job",
                "id, state, changed_at FROM accounts_registration",
                "id, contact_asked_at, contact_report, health FROM accounts_account",
            )
        ]
        return calls, rows

    def said(self, name: str) -> str:
        """What a process of the portal logged."""
        return (self.data / "logs" / f"{name}.log").read_text()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, sandbox: SandboxProcess) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("on-servers")
    with Scene(folder, sandbox) as running:
        yield running
    assert processes_of(running.data) == []


def test_a_song_becomes_beats(scene: Scene) -> None:
    page = scene.send()
    assert scene.ends(page) == "COMPLETED"
    assert re.search(r"\b1[12]\d(\.\d+)?\b", scene.visitor.open(page).text)
    assert scene.database.execute("SELECT state FROM jobs_job", "portal") == [("COMPLETED",)]
    assert not (scene.data / "portal.sqlite3").exists()
    assert not (scene.data / "broker").exists()


def test_nobody_is_kept_from_a_page_by_slow_clients(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """T32: every kind of slow client more often than there are threads; `make load` has many more."""
    monkeypatch.setattr(people, "THINKING_SECONDS", (0.05, 0.2))
    done = scene.send()
    assert scene.ends(done) == "COMPLETED"
    session = scene.visitor.session.cookies["sessionid"]
    seeded = Seeded(sessions=[session] * PEOPLE, result=done.rstrip("/").rpartition("/")[2], account="")
    with SlowCrowd(scene.portal.url, SLOW) as crowd:
        answers = visit_all(scene.portal.url, seeded, [], people=PEOPLE, seconds=3.0)
        assert crowd.connected() > SLOW / 2
    assert answers.errors == []
    assert sum(map(len, answers.seconds.values())) > PEOPLE
    assert 0 < answers.milliseconds(0.5) <= answers.milliseconds(0.95)


def test_a_worker_keeps_its_connections_from_sweep_to_sweep(scene: Scene) -> None:
    (worker,) = [
        psutil.Process(pid)
        for pid, command in commands_of(scene.data).items()
        if _is_main_worker(pid, command)
    ]

    def connected() -> set[int]:
        found = worker.net_connections("tcp")
        return {one.laddr.port for one in found if one.raddr and one.raddr.port == scene.database.port}

    swept = scene.queue.commands()
    before = connected()
    while scene.queue.commands() < swept + 40:
        time.sleep(0.2)
    assert before
    assert before <= connected()


def test_whoever_reaches_redis_without_its_password_gets_nothing(scene: Scene) -> None:
    """T34"""
    with socket.create_connection(("127.0.0.1", scene.queue.port), timeout=5) as stranger:
        for words in (b"LRANGE celery 0 -1", b"LPUSH celery {}", b"KEYS *", b"CONFIG GET *"):
            stranger.sendall(words + b"\r\n")
            assert stranger.recv(200).startswith(b"-NOAUTH")


def test_forged_messages_have_no_effect_and_end_no_worker(scene: Scene, tmp_path: Path) -> None:
    """T34: pickles, unknown tasks, rows that are not in turn, and what is no message at all."""
    ((job, account),) = scene.database.execute("SELECT id, account_id FROM jobs_job LIMIT 1", "portal")
    ((registration,),) = scene.database.execute("SELECT id FROM accounts_registration LIMIT 1", "portal")
    mark = tmp_path / "mark"
    forged = messages(mark, account=str(account), registration=str(registration), job=str(job))
    before = scene.books()
    workers = set(commands_of(scene.data))
    with scene.queue.client() as client:
        client.lpush("celery", *forged)
        patience = time.monotonic() + RECOVERY_SECONDS
        while client.llen("celery"):
            assert time.monotonic() < patience, scene.said("worker")[-3000:]
            time.sleep(0.2)
    assert scene.ends(scene.send()) == "COMPLETED"
    assert set(commands_of(scene.data)) == workers
    assert not mark.exists()
    calls, rows = scene.books()
    assert rows[1:] == before[1][1:]
    # What the job of the line above asked for, and nothing else.
    assert {entry["kind"] for entry in calls[len(before[0]) :]} == {"create_job", "get_job"}
    assert len({entry["job_id"] for entry in calls[len(before[0]) :]} - {""}) == 1


def test_a_job_is_accepted_and_done_while_redis_is_dead(scene: Scene) -> None:
    scene.queue.kill()
    started = time.monotonic()
    page = scene.send()
    assert time.monotonic() - started < PATIENCE_SECONDS
    assert scene.ends(page) == "COMPLETED"


def test_a_worker_finds_its_queue_when_redis_is_back(scene: Scene) -> None:
    scene.queue.start()
    patience = time.monotonic() + RECOVERY_SECONDS
    with scene.queue.client() as client:
        # The scheduler sends, and the worker that is back takes.
        while not client.info("commandstats").get("cmdstat_brpop") or client.llen("celery"):
            assert time.monotonic() < patience
            time.sleep(0.2)
    assert scene.ends(scene.send()) == "COMPLETED"


def test_a_job_is_accepted_while_redis_hangs(scene: Scene) -> None:
    os.kill(scene.queue.pid, signal.SIGSTOP)
    started = time.monotonic()
    page = scene.send()
    assert time.monotonic() - started < PATIENCE_SECONDS
    os.kill(scene.queue.pid, signal.SIGCONT)
    assert scene.ends(page) == "COMPLETED"


def test_pages_say_so_while_postgres_is_dead_and_all_goes_on_when_it_is_back(scene: Scene) -> None:
    page = scene.send()
    assert scene.ends(page) == "COMPLETED"
    scene.database.kill()
    answer = scene.visitor.session.get(page, timeout=10)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "cannot reach its database right now" in answer.text
    assert scene.visitor.session.get(f"{scene.portal.url}healthz", timeout=10).status_code == 200
    scene.database.start()
    assert scene.ends(page) == "COMPLETED"
    assert scene.ends(scene.send()) == "COMPLETED"


def test_whoever_was_signed_in_stays_so_over_a_restart_of_postgres(scene: Scene) -> None:
    scene.database.restart(immediate=True)
    assert scene.visitor.open("/").url == scene.portal.url


def test_no_password_of_a_server_is_in_a_log(scene: Scene) -> None:
    for name in ("web", "worker"):
        said = scene.said(name)
        assert scene.database.password not in said
        assert scene.queue.password not in said
        assert scene.database.url not in said


def _is_main_worker(pid: int, command: str) -> bool:
    """The scheduler is a child of the worker with the same command line."""
    return " worker " in command and " worker " not in " ".join(psutil.Process(pid).parent().cmdline())
