"""A stage whose workers run on hosts of their own, while all else runs in the hub."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.faults.programs import Program
from tests.faults.stage import Stage
from tests.netns.forwarder import Forwarder
from tests.netns.network import HUB_ADDRESS, Network

# Replaces itself by what follows: the process keeps its number.
BECOME = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"


class SpreadStage(Stage):
    """As Stage, run in the hub of `network`: the worker of a number runs on the host of that number."""

    def __init__(self, folder: Path, network: Network, **more: Any) -> None:
        listening = {"postgres_options": {"host": HUB_ADDRESS}, "redis_options": {"host": HUB_ADDRESS}}
        super().__init__(folder, **listening, **more)
        self.network = network

    def host_of(self, name: str) -> str:
        """The host of that program; "" for the hub."""
        kind, number = name.rstrip("0123456789"), name.lstrip("abcdefghijklmnopqrstuvwxyz")
        return self.network.hosts[int(number)] if kind == "worker" else ""

    def _new_program(self, name: str, words: Sequence[str], is_up: Callable[[Program], bool]) -> Program:
        if host := self.host_of(name):
            self._open_doors()
            words = ["-c", BECOME, *self.network.command(host), sys.executable, *words]
        return super()._new_program(name, words, is_up)

    def _open_doors(self) -> None:
        """The sandbox listens on loopback alone."""
        if not hasattr(self, "_forwarder"):
            ports = [urlsplit(url).port or 0 for url in (self.sandbox.gateway, self.sandbox.store)]
            self._forwarder = self._stack.enter_context(Forwarder(HUB_ADDRESS, ports))

    def _env(self, name: str) -> dict[str, str]:
        env = super()._env(name)
        if not self.host_of(name):
            return env
        assert self.postgres and self.redis
        doors = ("TMPPORTAL_SANDBOX_GATEWAY", "TMPPORTAL_SANDBOX_STORE")
        return {
            **env,
            "TMPPORTAL_DATA": str(self.data.with_name(name)),
            "DATABASE_URL": self.postgres.url_of("portal", HUB_ADDRESS),
            "REDIS_URL": self.redis.url_at(HUB_ADDRESS),
            **{door: env[door].replace("127.0.0.1", HUB_ADDRESS) for door in doors},
        }
