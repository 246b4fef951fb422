"""How tests read an answer of musicBeat, and the files that it names."""

from __future__ import annotations

from typing import Any

from jobs.capabilities import capability
from jobs.results import Result

SECONDS = 5.0


def nothing(name: str) -> bytes:
    raise FileNotFoundError(name)


def read(found: Any, files: dict[str, bytes] | None = None, seconds: float | None = SECONDS) -> Result:
    """musicBeat's view of an answer; `files` by the name TMP gave them."""
    stored = files or {}

    def open_file(name: str) -> bytes:
        return stored[name] if name in stored else nothing(name)

    return capability("musicBeat").read(found, open_file, seconds=seconds)


def times(result: Result) -> list[float]:
    return [marker.time for marker in result.markers]
