"""Names what the sandbox can do to a song: one line per capability, the work itself in a module of its own.

Importing this package costs only standard library, so that the gateway can judge descriptors with it. A
performer module has the functions of Performer and imports no numpy at its top.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

PERFORMERS: dict[str, str] = {
    "musicBeat": "sandbox.performers.music_beat",
    "musicHighlight": "sandbox.performers.music_highlight",
}


class PerformanceError(Exception):
    """The song cannot be worked on; the text is an English sentence for its sender."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One piece of work: the descriptor's `params` (an object, or for some capabilities a bare number), the
    `song` to read, the folder `out` to write into."""

    params: object
    song: Path
    out: Path
    prefix: str
    job: str

    def file(self, kind: str, extension: str) -> Path:
        """Where an output goes: `<prefix>_<job>_<kind>.<extension>`, without an empty prefix (assumed)."""
        name = "_".join(part for part in (self.prefix, self.job, kind) if part) + f".{extension}"
        if Path(name).name != name:
            raise PerformanceError("outputPrefix and job id must not contain a slash.")
        return self.out / name


@dataclass(frozen=True, kw_only=True)
class Performance:
    """What came out: `result` as TMP puts it under the capability, and the names of the `files` written."""

    result: Any
    files: list[str]


class Performer(Protocol):
    """What a performer module offers."""

    def refuse(self, params: object) -> str | None:
        """Why these params are unacceptable, or None."""

    def perform(self, order: Order) -> Performance:
        """Do the work; raises PerformanceError."""


def refuse(capability: str, params: object) -> str | None:
    """Why TMP would not take this descriptor, as an English sentence; None when it is fine."""
    if capability not in PERFORMERS:
        return f"smartContentDescriptor.{capability} is not supported."
    return _performer(capability).refuse(params)


def perform(capability: str, order: Order) -> Performance:
    """Do the work of a capability; raises PerformanceError with a sentence for the sender."""
    reason = refuse(capability, order.params)
    if reason:
        raise PerformanceError(reason)
    if not order.song.is_file():
        raise PerformanceError(f"The song {order.song.name} does not exist.")
    return _performer(capability).perform(order)


def _performer(capability: str) -> Performer:
    return cast(Performer, importlib.import_module(PERFORMERS[capability]))
