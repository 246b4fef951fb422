"""The one vocabulary of results: capabilities translate TMP's answers into it, pages and exports read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from typing import Any, Literal, Self

VERSION = 1
FileKind = Literal["audio", "data", "other"]

_AUDIO = frozenset({"wav", "mp3", "flac", "ogg", "oga", "opus", "m4a", "aac", "wma", "aif", "aiff", "mp4"})
_DATA = frozenset({"json", "jsonl", "csv", "tsv", "txt", "lab", "beats", "xml", "srt", "lrc"})


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing found out. `label` is an English msgid, translated where it is shown; `value` is plain."""

    key: str
    label: str
    value: str | int | float | bool


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A moment of the song: `time` in seconds, `strength` from 0 to 1 or None when TMP gave none."""

    time: float
    label: str = ""
    strength: float | None = None
    downbeat: bool = False


@dataclass(frozen=True, kw_only=True)
class Region:
    """A stretch of the song, `start` and `end` in seconds, `score` as TMP gave it or None."""

    start: float
    end: float
    label: str = ""
    score: float | None = None


@dataclass(frozen=True, kw_only=True)
class OutputFile:
    """A file that TMP wrote: `name` the member that named it, `path` its object key in the bucket."""

    name: str
    path: str
    kind: FileKind = "other"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a job found.

    `values` holds every other member of TMP's answer as it came, so that nothing is dropped; `note` is a
    short machine word when the result is not what one expects: no_times, file_missing, file_unreadable,
    no_answer, unreadable, too_large. `is_pointed` says that a person pointed at where its times lie.
    """

    facts: tuple[Fact, ...] = ()
    markers: tuple[Marker, ...] = ()
    regions: tuple[Region, ...] = ()
    files: tuple[OutputFile, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    is_pointed: bool = False

    @property
    def tempo(self) -> float | None:
        """Beats per minute, None where it was not found."""
        told = next((fact.value for fact in self.facts if fact.key == "tempo"), None)
        return float(told) if isinstance(told, int | float) else None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values with a version in front."""
        return {
            "version": VERSION,
            "facts": [dict(fact.__dict__) for fact in self.facts],
            "markers": [dict(marker.__dict__) for marker in self.markers],
            "regions": [dict(region.__dict__) for region in self.regions],
            "files": [dict(file.__dict__) for file in self.files],
            "values": self.values,
            "note": self.note,
            "is_pointed": self.is_pointed,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The result that to_json wrote. Members this version does not know are passed over."""
        return cls(
            facts=tuple(Fact(**_known(Fact, item)) for item in stored.get("facts", ())),
            markers=tuple(Marker(**_known(Marker, item)) for item in stored.get("markers", ())),
            regions=tuple(Region(**_known(Region, item)) for item in stored.get("regions", ())),
            files=tuple(OutputFile(**_known(OutputFile, item)) for item in stored.get("files", ())),
            values=dict(stored.get("values") or {}),
            note=stored.get("note", ""),
            is_pointed=bool(stored.get("is_pointed")),
        )


def kind_of(name: str) -> FileKind:
    """What a file is, judged by its ending: the wire says nothing of it."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in _AUDIO:
        return "audio"
    return "data" if ending in _DATA else "other"


def _known(kind: type[Any], item: Mapping[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields_of(kind)}
    return {name: value for name, value in item.items() if name in names}
