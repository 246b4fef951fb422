"""Where a zip file goes that is written while it is sent."""

from __future__ import annotations

import io
from typing import Any


class Pipe(io.RawIOBase):
    """Where the zip writer writes: it cannot go back, so what it wrote may leave at once."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        data = bytes(self._held)
        self._held.clear()
        return data
