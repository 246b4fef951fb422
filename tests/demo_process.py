"""A running `manage.py demo` for tests and screenshots: started, read, and ended with all its children."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120


class DemoProcess:
    """`manage.py demo` over its own data folder, with `settings` of its environment; attributes are what its
    last lines say."""

    def __init__(
        self,
        data: Path,
        *,
        port: int = 8100,
        song: Path | None = None,
        settings: dict[str, str] | None = None,
    ) -> None:
        self.data = data
        self.settings = settings or {}
        self.port = port
        self.song = song
        self.lines: list[str] = []
        self.url = self.user = self.password = self.job_url = ""

    def start(self) -> DemoProcess:
        """Wait until it serves; raises AssertionError with everything it said if it does not come to that."""
        command = [sys.executable, "manage.py", "demo", "--port", str(self.port)]
        if self.song:
            command += ["--song", str(self.song)]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**clean_env(self.data), **self.settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if found := re.match(r"open=(\S+) user=(\S+) password=(\S+)", line):
                self.url, self.user, self.password = found.groups()
                break
        said = "\n".join(self.lines)
        assert self.url, f"The demo ended early:\n{said}"
        self.job_url = re.search(r"^job=(\S+) state=COMPLETED$", said, re.MULTILINE)[1]
        return self

    def stop(self) -> int:
        """End it as Ctrl-C would; returns its exit code."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)
        return self.process.returncode

    def __enter__(self) -> DemoProcess:
        return self.start()

    def __exit__(self, *args: object) -> None:
        self.stop()


def clean_env(data: Path) -> dict[str, str]:
    """The environment of a start of its own: nothing of the test run's settings but the data folder."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("TMPPORTAL_", "DJANGO_")) and key not in ("DATABASE_URL", "REDIS_URL")
    }
    return {**kept, "TMPPORTAL_DATA": str(data)}


def processes_of(data: Path) -> list[str]:
    """Command lines of the living processes that work on `data` (Linux)."""
    return list(commands_of(data).values())


def commands_of(data: Path) -> dict[int, str]:
    """The same, by process id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"TMPPORTAL_DATA={data}".encode() in words and command:
            found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found
