"""Judges by a member's name how likely its numbers are times of beats."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_WEIGHED = {
    4: "beat drum time timestamp",
    3: "kick snare pts offset start begin position moment ts",
    # An answer may list every hit beside its beats, and there are more of them.
    2: "onset hit pos at point t stamp mark marker",
    1: "sec second ms milli millisecond",
    -1: "downbeat split",
    -2: "bar measure",
    -3: "end stop",
    -4: "group",
    -6: "len interval ibi no key",
    -7: "duration length num number",
    -9: "strength confidence score prob probability probility level volume loudness energy amplitude velocity"
    " gain weight bpm tempo index idx id count size rate state type version channel pitch frequency freq",
}
_WEIGHTS = {word: float(weight) for weight, listed in _WEIGHED.items() for word in listed.split()}
# `probility` is the service's own spelling (client: lab-site).
STRENGTHS = frozenset(
    {"strength", "confidence", "score", "prob", "probability", "probility", "level", "velocity"}
    | {"energy", "weight", "amplitude", "loudness"}
)
GROUPS = frozenset({"group", "split", "bar", "measure"})
DOWNBEATS = frozenset({"downbeat"})
LABELS = frozenset({"label", "type", "kind", "class", "instrument", "text", "tag", "name", "note", "drum"})
MILLISECONDS = frozenset({"ms", "milli", "millisecond", "msec"})


def words(name: str) -> list[str]:
    """`beatTimesMs` -> beat, time, ms: lower case, singular, `downBeat` as one word."""
    found = [_singular(word.lower()) for word in _WORD.findall(name)]
    text = " ".join(found).replace("down beat", "downbeat").replace("time stamp", "timestamp")
    return text.split()


def without_groups(name: str) -> str:
    """The same name of what lies in the groups: `beatGroups` -> `beat`."""
    return " ".join(word for word in words(name) if word not in GROUPS)


def weight(path: tuple[str, ...]) -> float:
    """Above zero for names of times, below for names of other numbers; outer names count half."""
    if not path:
        return 0.0
    outer = [_weight(word) / 2 for name in path[:-1][-4:] for word in words(name)]
    inner = [_weight(word) for word in words(path[-1])]
    return _best(inner) + max(-3.0, min(3.0, _best(outer)))


def _weight(word: str) -> float:
    return _WEIGHTS.get(word, 0.0)


def _best(weights: list[float]) -> float:
    """The strongest word speaks: `beatStrength` is a strength, however much it says beat."""
    lowest, highest = min(weights, default=0.0), max(weights, default=0.0)
    return lowest if lowest < -1 else highest + min(lowest, 0.0)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "pos")) else word
