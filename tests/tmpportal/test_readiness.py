"""What /readyz tells whoever watches a portal: which part is away or late, soon, and nothing else."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, connections
from django.test import Client

from jobs.models import Pulse, in_seconds
from tests.servers import PostgresServer, RedisServer
from tests.servers.process import LOOPBACK, free_port
from tmpportal import readiness
from tmpportal.env import env, postgres_manners
from tmpportal.readiness import Probe

pytestmark = pytest.mark.django_db(transaction=True)
# What a watcher waits at most, on a machine with other work to do.
PATIENCE_SECONDS = 6.0
ENGINE = f"{Pulse.ENGINES}a-host:"


@pytest.fixture(autouse=True)
def ask_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests change the portal quicker than an answer gets old."""
    monkeypatch.setattr(readiness, "GOOD_FOR_SECONDS", 0.0)


def show(name: str, seconds_ago: float = 0.0) -> None:
    Pulse.objects.update_or_create(name=name, defaults={"at": in_seconds(-seconds_ago)})


def watch(client: Client) -> tuple[int, dict[str, Any]]:
    started = time.monotonic()
    answer = client.get("/readyz")
    assert time.monotonic() - started < PATIENCE_SECONDS
    assert "no-store" in answer["Cache-Control"]
    assert ("Retry-After" in answer) == (answer.status_code == 503)
    return answer.status_code, answer.json()


def states(parts: dict[str, Any]) -> dict[str, str]:
    return {name: part["state"] for name, part in parts.items()}


@contextmanager
def database_of_probes(url: str) -> Iterator[None]:
    """Threads that begin now connect there."""
    named = env.db_url_config(url)
    kept = connections.settings["default"]
    connections.settings["default"] = {**kept, **named, **postgres_manners(named, 5), "TEST": kept["TEST"]}
    yield
    connections.settings["default"] = kept


def test_a_portal_at_work_is_ready(client: Client) -> None:
    show(Pulse.SWEEP, 3)
    show(f"{ENGINE}1", 2)
    show(f"{ENGINE}2", 4)
    show(f"{ENGINE}3", 300)
    code, parts = watch(client)
    assert (code, set(states(parts).values())) == (200, {"ok"})
    assert list(parts) == ["database", "migrations", "sweep", "engine", "broker"]
    assert 3 <= parts["sweep"]["age"] < 15
    assert 2 <= parts["engine"]["age"] < 15
    assert parts["engine"]["count"] == 2


def test_nobody_ever_swept_and_no_worker_was_ever_seen(client: Client) -> None:
    code, parts = watch(client)
    assert code == 503
    assert states(parts) == {
        **dict.fromkeys(("database", "migrations", "broker"), "ok"),
        **dict.fromkeys(("sweep", "engine"), "away"),
    }
    assert parts["engine"]["count"] == 0


def test_a_dead_worker_is_late_within_half_a_minute(client: Client) -> None:
    show(Pulse.SWEEP)
    show(f"{ENGINE}1", 25)
    code, parts = watch(client)
    assert (code, states(parts)["engine"], parts["engine"]["count"]) == (503, "late", 0)


@pytest.mark.parametrize(("interval", "limit"), [(1, 33), (5, 45), (60, 90)])
def test_a_dead_scheduler_is_late_within_ninety_seconds(
    client: Client, settings: LazySettings, interval: float, limit: float
) -> None:
    settings.SWEEP_SECONDS = interval
    show(f"{ENGINE}1")
    show(Pulse.SWEEP, limit - 10)
    assert states(watch(client)[1])["sweep"] == "ok"
    show(Pulse.SWEEP, limit + 1)
    code, parts = watch(client)
    assert (code, states(parts)["sweep"]) == (503, "late")


def test_migrations_that_wait_are_told(client: Client) -> None:
    show(Pulse.SWEEP)
    show(f"{ENGINE}1")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_migrations SET name = 'kept' WHERE app = 'jobs' AND name = '0001_initial'"
        )
        assert cursor.rowcount == 1
    try:
        code, parts = watch(client)
        assert (code, states(parts)["database"], states(parts)["migrations"]) == (503, "ok", "late")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET name = '0001_initial' WHERE name = 'kept'")


def test_a_database_without_tables_is_no_error(client: Client, postgres: PostgresServer) -> None:
    with database_of_probes(postgres.new_database("without_tables")):
        code, parts = watch(client)
    assert code == 503
    assert [states(parts)[name] for name in ("database", "migrations", "sweep")] == ["ok", "late", "away"]


def test_a_database_that_is_away_is_told_to_anybody_and_nothing_else_is(client: Client) -> None:
    url = f"postgres://portal:a-password@{LOOPBACK}:{free_port([LOOPBACK])}/portal"
    with database_of_probes(url):
        client.cookies.load({"sessionid": "somebody-who-signed-in-before"})
        answer = client.get("/readyz")
    assert answer.status_code == 503
    away = dict.fromkeys(("database", "migrations", "sweep", "engine"), {"state": "away"})
    assert answer.json() == {**away, "broker": {"state": "ok"}}
    assert client.get("/healthz").status_code == 200


def test_a_database_that_hangs_keeps_nobody_waiting(client: Client) -> None:
    show(Pulse.SWEEP)
    with PostgresServer() as server, database_of_probes(server.new_database("portal")):
        assert states(watch(client)[1])["database"] == "ok"
        os.kill(server.pid, signal.SIGSTOP)
        before = threading.active_count()
        for _ in range(3):
            assert states(watch(client)[1])["database"] == "away"
        # Those who ask meanwhile share one question.
        assert threading.active_count() <= before + 1
        os.kill(server.pid, signal.SIGCONT)
        deadline = time.monotonic() + 20
        while states(watch(client)[1])["database"] != "ok":
            assert time.monotonic() < deadline


def test_a_broker_that_is_away_or_hangs_is_told(client: Client, settings: LazySettings) -> None:
    show(Pulse.SWEEP)
    show(f"{ENGINE}1")
    with RedisServer(password="a-password-of-redis") as server:
        settings.REDIS_URL = server.url
        assert watch(client)[0] == 200
        os.kill(server.pid, signal.SIGSTOP)
        code, parts = watch(client)
        assert (code, states(parts)["broker"], states(parts)["sweep"]) == (503, "away", "ok")
        os.kill(server.pid, signal.SIGCONT)
        # The question that it did not answer may still be out, and is shared.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while watch(client)[0] != 200:
            assert time.monotonic() < deadline
        settings.REDIS_URL = server.url.replace("a-password-of-redis", "another-password")
        assert states(watch(client)[1])["broker"] == "away"
        settings.REDIS_URL = server.url
        server.kill()
        answer = client.get("/readyz")
        assert answer.json()["broker"] == {"state": "away"}
        assert "password" not in answer.text
        assert str(server.port) not in answer.text


def test_a_broker_in_files_is_away_without_its_folder(
    client: Client, settings: LazySettings, tmp_path: Any
) -> None:
    settings.REDIS_URL, settings.BROKER_DIR = "", tmp_path
    assert states(watch(client)[1])["broker"] == "away"
    (tmp_path / "messages").mkdir()
    assert states(watch(client)[1])["broker"] == "ok"


def test_many_who_watch_at_once_are_one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, go_on = [], threading.Event()

    def question() -> int:
        asked.append(1)
        go_on.wait(10)
        return len(asked)

    probe = Probe(question)
    answers = [probe.put() for _ in range(8)]
    go_on.set()
    assert {answer.result(10) for answer in answers} == {1}
    monkeypatch.setattr(readiness, "GOOD_FOR_SECONDS", 600.0)
    assert probe.put().result(10) == 1
    monkeypatch.setattr(readiness, "GOOD_FOR_SECONDS", 0.0)
    assert probe.put().result(10) == 2


def test_watching_changes_nothing(client: Client) -> None:
    assert client.post("/readyz").status_code == 405
    assert not client.get("/readyz").cookies


def test_pulses_of_processes_long_gone_are_forgotten() -> None:
    show(f"{ENGINE}1", 90_000)
    show(f"{ENGINE}2", 80_000)
    Pulse.objects.forget_old()
    assert [pulse.name for pulse in Pulse.objects.all()] == [f"{ENGINE}2"]
