"""The servers of the tests do what the tests of faults rely on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from tests.demo_process import ROOT
from tests.servers import PostgresServer, RedisServer

STARTS_BOTH_AND_WAITS = """
import signal
from tests.servers import PostgresServer, RedisServer
servers = PostgresServer().start(), RedisServer().start()
print(*[word for server in servers for word in (server.pid, server.folder)], flush=True)
signal.pause()
"""


def test_a_database_is_made_used_and_dropped(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.new_database("own_one"), autocommit=True) as connection:
        connection.execute("CREATE TABLE song (name text)")
        postgres.drop_database("own_one")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT * FROM song")
    names = [name for (name,) in postgres.execute("SELECT datname FROM pg_database")]
    assert "postgres" in names
    assert "own_one" not in names


def test_strangers_on_the_same_machine_need_the_password(postgres: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres.url.replace(postgres.password, "guess"))


def test_what_a_durable_postgres_committed_outlives_a_power_cut() -> None:
    with PostgresServer(durable=True, max_connections=17) as server:
        assert server.execute("SHOW max_connections") == [("17",)]
        server.execute("CREATE TABLE song AS SELECT 1 AS number")
        processes, url = server.pids(), server.url
        spent = server.cpu_seconds()
        server.kill()
        assert server.pids() == []
        assert not [pid for pid in processes if psutil.pid_exists(pid) and not _is_zombie(pid)]
        server.start()
        assert server.url == url
        assert server.execute("SELECT number FROM song") == [(1,)]
        server.restart(immediate=True)
        assert server.execute("SELECT number FROM song") == [(1,)]
        assert server.cpu_seconds() >= spent > 0
    assert not server.folder.exists()


def test_cpu_seconds_know_of_connections_that_ended(postgres: PostgresServer) -> None:
    before = postgres.cpu_seconds()
    postgres.execute("SELECT count(*) FROM generate_series(1, 2000000)")
    assert postgres.cpu_seconds() - before > 0.05


def test_a_redis_with_a_password_keeps_what_it_appended() -> None:
    with RedisServer(password="a-secret", appendonly=True) as server, server.client() as client:
        client.set("song", "1")
        server.restart()
        assert client.get("song") == b"1"
        server.config("requirepass", "another")
        server.flush()
        with server.client() as client_of_today:
            assert client_of_today.get("song") is None
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(server.url.replace("another", "a-secret")).ping()


def test_a_redis_without_memory_refuses_to_write(redis_server: RedisServer) -> None:
    with RedisServer(maxmemory="2mb") as server, server.client() as client:
        with pytest.raises(redis.ResponseError, match="maxmemory"):
            client.set("song", b"x" * 4_000_000)
            client.set("another", b"x")
        server.config("maxmemory", 0)
        client.set("song", b"x" * 4_000_000)
    assert redis_server.commands() > 0


def test_a_run_that_is_killed_leaves_no_server_behind() -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", STARTS_BOTH_AND_WAITS], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout
    words = run.stdout.readline().split()
    leaders = [psutil.Process(int(pid)) for pid in words[::2]]
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    assert not psutil.wait_procs([leader for leader in leaders if not _is_zombie(leader.pid)], timeout=10)[1]
    patience = time.monotonic() + 10
    while any(Path(word).exists() for word in words[1::2]):
        assert time.monotonic() < patience
        time.sleep(0.05)


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
