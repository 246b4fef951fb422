"""A running `manage.py portal` for tests: started over a data folder, owned, killed without warning."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.demo_process import ROOT, clean_env, commands_of
from tests.prepared import collected
from tests.sandbox_process import SandboxProcess
from tmpportal.visitor import Visitor

USER, PASSWORD = "olga", "a long enough phrase"
PATIENCE_SECONDS = 30


class PortalProcess:
    """`manage.py portal` over `data`, beside a running sandbox when one is given; `env` adds settings,
    `words` go on its command line.

    After start() `said` is all it printed, `url` its address. own() makes USER its owner.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int,
        sandbox: SandboxProcess | None = None,
        words: tuple[str, ...] = (),
        **env: str,
    ) -> None:
        self.data, self.port, self.sandbox, self.env, self.words = data, port, sandbox, env, words
        self.said = self.url = self.led_to = ""

    def start(self) -> PortalProcess:
        """Wait until it serves; raises AssertionError with everything it said if it does not come to that."""
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "portal", "--port", str(self.port), *self.words],
            cwd=ROOT,
            env=clean_env(self.data) | self.surroundings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # As loose as an operator's may be: the portal is not to depend on it.
            umask=0,
        )
        assert self._process.stdout
        lines = []
        for line in self._process.stdout:
            lines.append(line)
            if line.startswith("Ctrl-C"):
                break
        self.said = "".join(lines)
        found = re.search(r"^open=(\S+)$", self.said, re.MULTILINE)
        assert found, f"The portal ended early:\n{self.said}"
        self.url = found[1]
        return self

    @property
    def surroundings(self) -> dict[str, str]:
        """Settings that its environment adds: the sandbox's, collected static files, and those given."""
        return _at(self.sandbox) | collected() | self.env

    def own(self, visitor: Visitor | None = None) -> Visitor:
        """Make USER the owner, as `visitor` if given, by the one-time link; that leads to `led_to`."""
        found = re.search(r"^owner=(\S+)$", self.said, re.MULTILINE)
        assert found, f"Somebody owns it already:\n{self.said}"
        visitor = visitor or Visitor(self.url)
        fields = {"username": USER, "password1": PASSWORD, "password2": PASSWORD}
        self.led_to = visitor.submit(found[1], having="username", fields=fields).url
        return visitor

    def stop(self) -> int:
        """End it as an operator would; returns its exit code."""
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=PATIENCE_SECONDS)
        return self._process.returncode

    def kill(self) -> None:
        """Everything of it dies at once, as when the machine loses power; the sandbox is another machine."""
        for process_id in commands_of(self.data):
            with suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)
        self._process.communicate(timeout=PATIENCE_SECONDS)

    def __enter__(self) -> PortalProcess:
        return self.start()

    def __exit__(self, *args: object) -> None:
        self.stop()


def _at(sandbox: SandboxProcess | None) -> dict[str, str]:
    if sandbox is None:
        return {}
    names = ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
    return {f"TMPPORTAL_SANDBOX_{name.upper()}": getattr(sandbox, name) for name in names}
