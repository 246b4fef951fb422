"""Damaged songs through what the portal itself does with a file: sniffing, looking into it, and the child
that converts it (T23). Nothing is stored, so that thousands of them take minutes."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, cast

from accounts.contents import look_into
from accounts.songs import SongRefused, judge
from jobs.engine import converting
from jobs.engine.converting import NotConverted
from jobs.preparing_sentences import explain_cause
from tencent.bucket import Bucket
from tests.bad_audio.mutating import mutated
from tests.bad_audio.valid import FORMATS

# A song of a second and a half; production waits ten minutes.
SECONDS = 60.0


@dataclass
class Ended:
    """How many were taken or refused, how the children ended by their words, and what was wrong by number."""

    judged: Counter[str] = field(default_factory=Counter)
    converted: Counter[str] = field(default_factory=Counter)
    faults: dict[int, str] = field(default_factory=dict)


def fuzz(numbers: range, seed: int, ended: Ended) -> Iterator[int]:
    """Every mutation of `numbers`, always the same for a seed, written down in `ended`."""
    files = [made() for made in FORMATS.values()]
    for number in numbers:
        content = mutated(Random(f"{seed}/{number}"), files)
        try:
            ended.judged[_judged(content)] += 1
            ended.converted[_converted(content)] += 1
        except Exception as error:
            ended.faults[number] = f"{type(error).__name__}: {error}"
        yield number


def memory_mib() -> float:
    """What this process holds."""
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


def _judged(content: bytes) -> str:
    try:
        judge(io.BytesIO(content), len(content))
    except SongRefused as error:
        return str(error.sentence)
    return "taken"


def _converted(content: bytes) -> str:
    """By what is in it, or as a film where that cannot be told: a browser may have been told anything."""
    bucket = _Kept(content)
    found = look_into(lambda start, length: content[start : start + length], len(content))
    samples = 0

    def write(piece: bytes) -> None:
        nonlocal samples
        samples += len(piece)

    try:
        sound = converting.convert(
            cast(Bucket, bucket),
            "song",
            container=found.container if found else "mp4",
            size=len(content),
            write=write,
            report=lambda done, total: None,
            seconds=SECONDS,
        )
    except NotConverted as error:
        assert explain_cause(error.cause) != error.cause, f"no sentence for {error.cause}"
        return error.cause
    assert samples == converting.HEADER_BYTES + 2 * sound.channels * sound.samples
    return "converted"


class _Kept:
    """A bucket of one object, at hand."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read_at(self, key: str, start: int, size: int, **_: Any) -> tuple[bytes, int]:
        return self._content[start : start + size], len(self._content)
