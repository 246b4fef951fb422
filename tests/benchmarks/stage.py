"""The servers of a benchmark, with an empty portal and an empty naive app to begin from again and again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self
from uuid import uuid4

import django
from psycopg import sql

from tests.demo_process import ROOT, clean_env
from tests.servers import PostgresServer, RedisServer
from tests.servers.postgres import USER

BLANK, PORTAL, NAIVE = "blank", "portal", "naive"
NAIVE_SETTINGS = "tests.benchmarks.naive.settings"
PORTAL_NAMES = ("DATABASE_URL", "REDIS_URL", "TMPPORTAL_FIELD_KEYS", "TMPPORTAL_SECRET_KEY")


class Stage:
    """PostgreSQL, durable, and Redis; from the `with` block on this process is a portal over them."""

    def __init__(self) -> None:
        # Tells when a job's end could be seen, not when its transaction began.
        self.postgres = PostgresServer(durable=True, options={"track_commit_timestamp": "on"})
        self.redis = RedisServer()
        self.folder = Path(tempfile.mkdtemp(prefix="tmp-portal-bench-"))
        # Of all workers, for whoever looks into a run that failed.
        self.log = self.folder / "workers.log"
        (self.folder / "static").mkdir()

    def __enter__(self) -> Self:
        self.postgres.start()
        self._harden_the_password()
        self.redis.start()
        self._become_a_portal()
        self._make_blank()
        self._make_naive()
        return self

    def __exit__(self, *args: object) -> None:
        self.postgres.close()
        self.redis.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def portal_env(self) -> dict[str, str]:
        """The environment of a portal's process."""
        return clean_env(self.folder) | {name: os.environ[name] for name in PORTAL_NAMES}

    def naive_env(self) -> dict[str, str]:
        """The environment of a process of the naive app."""
        urls = {"DATABASE_URL": self.postgres.url_of(NAIVE), "REDIS_URL": self.redis.url}
        return clean_env(self.folder) | urls | {"DJANGO_SETTINGS_MODULE": NAIVE_SETTINGS, "NAIVE_GATEWAY": ""}

    def fresh_portal(self) -> None:
        """A portal with one account at the sandbox and no jobs, over an empty Redis."""
        from django.db import connection

        connection.close()
        self.postgres.drop_database(PORTAL)
        self.postgres.execute(f"CREATE DATABASE {PORTAL} TEMPLATE {BLANK}")
        self.redis.flush()

    def fresh_naive(self) -> None:
        """The naive app without jobs, over an empty Redis."""
        self.postgres.execute("TRUNCATE naive_job RESTART IDENTITY", NAIVE)
        self.redis.flush()

    def _harden_the_password(self) -> None:
        """As PostgreSQL does by itself: whoever connects anew for every task pays for it."""
        self.postgres.execute("ALTER SYSTEM SET scram_iterations = 4096")
        self.postgres.execute("SELECT pg_reload_conf()")
        words = sql.Identifier(USER), sql.Literal(self.postgres.password)
        self.postgres.execute(sql.SQL("ALTER USER {} PASSWORD {}").format(*words))

    def _become_a_portal(self) -> None:
        from tmpportal.env import new_field_key

        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tmpportal.settings",
            "DATABASE_URL": self.postgres.url_of(PORTAL),
            "REDIS_URL": self.redis.url,
            "TMPPORTAL_DATA": str(self.folder),
            "TMPPORTAL_FIELD_KEYS": new_field_key(),
            "TMPPORTAL_SECRET_KEY": uuid4().hex,
        }
        django.setup()

    def _make_blank(self) -> None:
        from django.core.management import call_command
        from django.db import connection

        from tests.factories import make_account, make_user

        self.postgres.new_database(PORTAL)
        call_command("migrate", verbosity=0, interactive=False)
        make_account(make_user(), endpoint="sandbox")
        connection.close()
        self.postgres.execute(f"ALTER DATABASE {PORTAL} RENAME TO {BLANK}")

    def _make_naive(self) -> None:
        self.postgres.new_database(NAIVE)
        command = [sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity=0"]
        subprocess.run(command, cwd=ROOT, env=self.naive_env(), check=True)
