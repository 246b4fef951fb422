"""A real Redis for tests: the machine's own program, or the one that make test took out of a wheel."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import redis

from tests.servers.process import LOOPBACK, ServerProcess


class RedisServer(ServerProcess):
    """A Redis of its own; `url` is a REDIS_URL, with the password when there is one.

    Nothing of it survives an end unless `appendonly`. `maxmemory` is in bytes or such as "10mb"; a full one
    refuses to write.
    """

    name = "redis"

    def __init__(
        self, *, password: str = "", appendonly: bool = False, maxmemory: int | str = 0, host: str = ""
    ) -> None:
        super().__init__(host=host)
        self.password = password
        self.appendonly = appendonly
        self.maxmemory = maxmemory

    @property
    def url(self) -> str:
        """REDIS_URL of its database 0."""
        return self.url_at(LOOPBACK)

    def url_at(self, host: str) -> str:
        """REDIS_URL for who reaches the server at `host`."""
        return f"redis://{f':{self.password}@' if self.password else ''}{host}:{self.port}/0"

    def client(self) -> redis.Redis:
        """A client that waits two seconds at most; close it."""
        return redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2)

    def flush(self) -> None:
        """Forget everything, as FLUSHALL does."""
        with self.client() as client:
            client.flushall()

    def config(self, name: str, value: int | str) -> None:
        """Change a setting while it runs; a new `requirepass` changes `url` too."""
        with self.client() as client:
            client.config_set(name, value)
        if name == "requirepass":
            self.password = str(value)

    def commands(self) -> int:
        """How many commands it has processed since its last start, this question included."""
        with self.client() as client:
            return int(client.info("stats")["total_commands_processed"])

    def _command(self) -> Sequence[str | Path]:
        file = self.folder / "redis.conf"
        settings = {
            "port": self.port,
            "bind": " ".join(self.hosts),
            "dir": self.folder,
            "save": '""',
            "appendonly": "yes" if self.appendonly else "no",
            "maxmemory": self.maxmemory,
            "maxmemory-policy": "noeviction",
            # Without a password it would answer nobody but this machine.
            "protected-mode": "no",
            **({"requirepass": self.password} if self.password else {}),
        }
        # In a file, where other users of the machine do not read the password.
        file.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        return [_program(), file]

    def _is_ready(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _program() -> str:
    program = shutil.which("redis-server") or str(Path(sys.prefix) / "bin" / "redis-server")
    assert Path(program).exists(), "There is no redis-server: make test fetches one."
    return program
