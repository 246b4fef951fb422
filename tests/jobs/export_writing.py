"""A result as any of the formats, for tests."""

from __future__ import annotations

import csv
import io
from typing import Any

from jobs.exports import export
from jobs.exports.base import Song
from jobs.exports.timing import Timing
from jobs.results import Marker, Region, Result

RESULT = Result(
    markers=(
        Marker(time=0.5, strength=0.75, downbeat=True),
        Marker(time=1.0, label="kick"),
        Marker(time=61.123456789, label="snare\t1\n2"),
    ),
    regions=(Region(start=0.0, end=12.5, label="verse"),),
)


def written(key: str, result: Result = RESULT, name: str = "song.wav", **timing: Any) -> bytes:
    each = export(key)
    return each.write(
        result, song=Song(name=name, seconds=90.0), timing=Timing(**{"start": each.start} | timing)
    )


def beats(*times: float, downbeats: int = 4) -> Result:
    return Result(markers=tuple(Marker(time=t, downbeat=n % downbeats == 0) for n, t in enumerate(times)))


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
