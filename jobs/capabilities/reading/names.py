"""Judges by a member's name how likely its numbers are times of beats."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_TIMES = {
    "beat": 4, "drum": 4, "kick": 3, "snare": 3, "onset": 4, "hit": 3, "time": 4, "timestamp": 4, "pts": 3,
    "offset": 3, "start": 3, "begin": 3, "position": 3, "pos": 2, "at": 2, "moment": 3, "point": 2, "ts": 3, "t": 2,
    "sec": 1, "second": 1, "ms": 1, "milli": 1, "millis": 1, "millisecond": 1, "stamp": 2, "mark": 2, "marker": 2,
}  # fmt: skip
_OTHERS = {
    "end": -3, "stop": -3, "duration": -7, "length": -7, "len": -6, "interval": -6, "ibi": -6, "score": -9,
    "strength": -9, "confidence": -9, "prob": -9, "probability": -9, "probility": -9, "level": -9, "volume": -9,
    "loudness": -9, "energy": -9, "amplitude": -9, "velocity": -9, "gain": -9, "weight": -9, "bpm": -9, "tempo": -9,
    "index": -9, "idx": -9, "id": -9, "no": -6, "count": -9, "num": -7, "number": -7, "size": -9, "rate": -9,
    "state": -9, "type": -9, "version": -9, "channel": -9, "group": -4, "bar": -2, "measure": -2, "downbeat": -1,
    "split": -1, "pitch": -9, "frequency": -9, "freq": -9, "key": -6,
}  # fmt: skip
STRENGTHS = frozenset(
    [
        "strength",
        "confidence",
        "score",
        "prob",
        "probability",
        "probility",
        "level",
        "velocity",
        "energy",
        "weight",
        "amplitude",
        "loudness",
    ]
)
DOWNBEATS = frozenset({"downbeat"})
LABELS = frozenset(["label", "type", "kind", "class", "instrument", "text", "tag", "name", "note", "drum"])
MILLISECONDS = frozenset(["ms", "millis", "milli", "millisecond", "msec"])


def words(name: str) -> list[str]:
    """`beatTimesMs` -> beat, time, ms: lower case, singular, `downBeat` as one word."""
    found = [_singular(word.lower()) for word in _WORD.findall(name)]
    text = " ".join(found).replace("down beat", "downbeat").replace("time stamp", "timestamp")
    return text.split()


def weight(path: tuple[str, ...]) -> float:
    """Above zero for names of times, below for names of other numbers; outer names count half."""
    if not path:
        return 0.0
    outer = [_weight(word) / 2 for name in path[:-1][-4:] for word in words(name)]
    inner = [_weight(word) for word in words(path[-1])]
    return _best(inner) + max(-3.0, min(3.0, _best(outer)))


def _weight(word: str) -> float:
    return float(_OTHERS.get(word, 0) or _TIMES.get(word, 0))


def _best(weights: list[float]) -> float:
    """The strongest word speaks: `beatStrength` is a strength, however much it says beat."""
    lowest, highest = min(weights, default=0.0), max(weights, default=0.0)
    return lowest if lowest < -1 else highest + min(lowest, 0.0)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "pos")) else word
