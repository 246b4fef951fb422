"""The forms in which musicBeat might tell beats: as members of its result, or as a file of another kind."""

import base64
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.platform.refusing import Members

SAMPLE_RATE = 44_100


@dataclass(frozen=True, kw_only=True)
class Beats:
    """As the performer of musicBeat writes them: each has `time` in seconds, `strength` and `downbeat`."""

    bpm: float
    beats: list[Members]

    @property
    def times(self) -> list[float]:
        """In seconds."""
        return [float(str(beat["time"])) for beat in self.beats]

    def bars(self) -> list[list[float]]:
        """The times in groups that begin with a downbeat; those before the first one are a group too."""
        bars: list[list[float]] = []
        for beat, time in zip(self.beats, self.times, strict=True):
            if beat.get("downbeat") or not bars:
                bars.append([])
            bars[-1].append(time)
        return bars


def _spans(found: Beats) -> Members:
    times = found.times
    ends = [*times[1:], times[-1] + 0.5] if times else []
    return {"beats": [{"startTime": start, "endTime": end} for start, end in zip(times, ends, strict=True)]}


def _pairs(found: Beats) -> Members:
    return {"beats": [[time, number] for bar in found.bars() for number, time in enumerate(bar, start=1)]}


def _objects(found: Beats) -> Members:
    return {"beats": [{"time": beat["time"], "strength": beat["strength"]} for beat in found.beats]}


def _opaque(found: Beats) -> Members:
    packed = struct.pack(f"<{len(found.times)}f", *found.times)
    return {"beatData": base64.b64encode(packed).decode()}


def _table(found: Beats) -> bytes:
    lines = [f"{time:.3f},{beat['strength']}" for time, beat in zip(found.times, found.beats, strict=True)]
    return "\n".join(["time,strength", *lines, ""]).encode()


MEMBERS: Mapping[str, Callable[[Beats], Members]] = {
    "seconds": lambda found: {"bpm": found.bpm, "beats": found.times},
    "milliseconds": lambda found: {"beats": [round(time * 1000) for time in found.times]},
    "texts": lambda found: {"beats": [f"{time:.3f}" for time in found.times]},
    "one-text": lambda found: {"beats": ",".join(f"{time:.3f}" for time in found.times)},
    "objects": _objects,
    "spans": _spans,
    "pairs": _pairs,
    "nested": lambda found: {"beats": {"data": {"points": found.times}, "total": len(found.beats)}},
    "groups": lambda found: {"beatGroups": found.bars()},
    "samples": lambda found: {"marks": [round(time * SAMPLE_RATE) for time in found.times]},
    "opaque": _opaque,
}
FILES: Mapping[str, Callable[[Beats], tuple[str, bytes]]] = {
    "file-list": lambda found: (".json", json.dumps(found.times).encode()),
    "file-csv": lambda found: (".csv", _table(found)),
    "file-lines": lambda found: (".txt", "".join(f"{time:.3f}\n" for time in found.times).encode()),
}
