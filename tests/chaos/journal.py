"""What was done in a chaos run and when, in a file that a person reads when the books are dirty."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path


class Journal:
    """Lines with the time of day in UTC and the seconds since the beginning."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._began = time.monotonic()
        path.write_text("")

    def note(self, text: str) -> None:
        """One line more."""
        now = datetime.now(UTC).strftime("%H:%M:%S.%f")[:-3]
        with self.path.open("a") as file:
            file.write(f"{now} {time.monotonic() - self._began:7.2f} {text}\n")
