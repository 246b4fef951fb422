"""Performs musicBeat: finds the beats of a song and marks them with drums.

Public material names the parameters and proves `mergeFileName`; the rest of the tables below is assumed.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, TypedDict, cast

from sandbox.performers import Order, Performance, PerformanceError
from sandbox.performers.tempo_curve import tempo_curve

if TYPE_CHECKING:
    from sandbox.beats import Beats

Params = dict[str, object]

# Assumed, all of it: which outputs an outputType gives. Replace it here once the real table is known.
OUTPUTS: dict[int, tuple[str, ...]] = {
    1: ("beat",),
    2: ("beat", "drum"),
    3: ("beat", "merge"),
    4: ("beat", "drum", "merge", "split"),
}
# (least, most, default), assumed but for enlargeLevel: its limits (doc), its default as in the demo (seed).
NUMBERS: dict[str, tuple[int, int | None, int | None]] = {
    "outputType": (1, max(OUTPUTS), None),
    "drumType": (1, 4, 1),
    "enlargeLevel": (1, 6, 3),
    "splitNum": (1, None, 1),
}


class Beat(TypedDict):
    """A beat in the beat file, assumed: `time` in seconds, `strength` from 0 to 1."""

    time: float
    strength: float
    downbeat: bool


def refuse(params: object) -> str | None:
    """Why TMP would not take these params, as an English sentence; None when they are fine."""
    if not isinstance(params, dict):
        return "musicBeat must be an object."
    for name, (least, most, default) in NUMBERS.items():
        value = params.get(name)
        if value is None:
            if default is None:
                return f"musicBeat.{name} is required."
        elif not isinstance(value, int) or isinstance(value, bool):
            return f"musicBeat.{name} must be an integer."
        elif value < least or (most is not None and value > most):
            limits = f"at least {least}" if most is None else f"between {least} and {most}"
            return f"musicBeat.{name} must be {limits}."
    return None


def perform(order: Order) -> Performance:
    """Write what the outputType asks for; silence, or a song without beats, gives files without beats."""
    # Numpy comes with these, and the gateway imports this module just to call `refuse`.
    from sandbox.beats import UndecodableError, track
    from sandbox.performers.marking import Marks, write_drums, write_merge

    params = cast(Params, order.params)
    numbers = {name: _number(params, name) for name in NUMBERS}
    try:
        heard = track(order.song)
        beats = _beats(heard)
        marks = Marks(
            times=heard.beats,
            strengths=heard.strengths,
            drum=numbers["drumType"],
            level=numbers["enlargeLevel"],
        )
        writers: dict[str, Callable[[], object]] = {
            "beat": lambda: _write(order, "beat", _told(heard, beats)),
            "drum": lambda: write_drums(order, marks),
            "merge": lambda: write_merge(order, marks),
            "split": lambda: _write_groups(order, heard.bpm, beats, numbers["splitNum"]),
        }
        written = {kind: writers[kind]() for kind in OUTPUTS[numbers["outputType"]]}
    except UndecodableError as error:
        raise PerformanceError(str(error)) from error
    return _performance(written)


def _number(params: Params, name: str) -> int:
    value = params.get(name)
    return value if isinstance(value, int) else NUMBERS[name][2] or 0


def _beats(heard: "Beats") -> list[Beat]:
    opening = set(heard.downbeats)
    return [
        {"time": time, "strength": strength, "downbeat": time in opening}
        for time, strength in zip(heard.beats, heard.strengths, strict=True)
    ]


def _told(heard: "Beats", beats: list[Beat]) -> dict[str, object]:
    """The beat file (assumptions.BEAT_FILE): `duration` in seconds; `tempo` as tempo_curve has it; `onsets`,
    every drum hit on the beat or off it, in seconds."""
    return {
        "bpm": heard.bpm,
        "duration": round(heard.duration, 3),
        "beats": beats,
        "tempo": tempo_curve(heard.beats),
        "onsets": heard.onsets,
    }


def _write(order: Order, kind: str, told: dict[str, object]) -> str:
    path = order.file(kind, "json")
    path.write_text(json.dumps(told) + "\n", encoding="utf-8")
    return path.name


def _write_groups(order: Order, bpm: float, beats: list[Beat], groups: int) -> list[str]:
    """The beats in `groups` runs of nearly equal length, one file each; never more files than beats."""
    groups = min(groups, len(beats))
    cuts = [len(beats) * index // groups for index in range(groups + 1)] if groups else []
    return [
        _write(order, f"split{number}", {"bpm": bpm, "beats": beats[start:end]})
        for number, (start, end) in enumerate(zip(cuts, cuts[1:], strict=False), start=1)
    ]


def _performance(written: dict[str, object]) -> Performance:
    """Name the outputs as the result does: `beatFileName`, ..., and `splitFileNames` for the list."""
    result: dict[str, object] = {}
    files: list[str] = []
    for kind, value in written.items():
        if isinstance(value, list):
            result[f"{kind}FileNames"] = value
            files += value
        else:
            result[f"{kind}FileName"] = value
            files.append(str(value))
    return Performance(result=result, files=files)
