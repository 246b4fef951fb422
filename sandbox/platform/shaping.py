"""Puts what performers found into the dialect's words: how results look, and how their files are called."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import cast

from sandbox.dialects import Dialect
from sandbox.platform import beat_forms
from sandbox.platform.refusing import Members

BEAT_FILE = "beatFileName"
Content = bytes | Path


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """The `result` under the capability's name, and the content of its `files`, named relative to the
    destination."""

    result: object
    files: Mapping[str, Content]


def shaped(
    capability: str,
    result: object,
    files: Mapping[str, Content],
    *,
    destination: str,
    number: int,
    dialect: Dialect,
) -> Shaped:
    """What a performer found, as this dialect tells it; it was the job's work of this `number`, from 1."""
    told = dict(files)
    if capability == "musicBeat" and isinstance(result, dict):
        result = _beats(cast(Members, result), told, dialect["beats"])
    elif capability == "musicHighlight" and isinstance(result, list):
        result = [_chorus(each, dialect["choruses"]) for each in result]
    names = {name: _name(name, dialect["file-names"], number) for name in told}
    folder = destination.strip("/") if dialect["file-names"] == "whole-key" else ""
    result = _renamed(result, {old: "/".join(filter(None, (folder, new))) for old, new in names.items()})
    return Shaped(result=result, files={names[name]: content for name, content in told.items()})


def numbered(name: str, number: int) -> str:
    """The name, for a job's work of this number: what one job leaves must not overwrite each other."""
    return name if number == 1 else f"{name}_{number}"


def _beats(result: Members, files: dict[str, Content], form: str) -> Members:
    """The result in this form; `files` get what it names, and lose what it does not."""
    name = result.get(BEAT_FILE)
    beats = _read(files.get(name)) if isinstance(name, str) else None
    if not isinstance(name, str) or beats is None or form == "file-objects":
        return result
    if form == "song-only":
        return _song_only(result, files)
    del files[name]
    rest = {member: value for member, value in result.items() if member != BEAT_FILE}
    if form in beat_forms.FILES:
        extension, content = beat_forms.FILES[form](beats)
        name = str(PurePosixPath(name).with_suffix(extension))
        files[name] = content
        return {BEAT_FILE: name, **rest}
    return {**beat_forms.MEMBERS[form](beats), **rest}


def _song_only(result: Members, files: dict[str, Content]) -> Members:
    kept = {member: value for member, value in result.items() if member == "mergeFileName"}
    for name in set(files) - set(kept.values()):
        del files[name]
    return kept


def _read(content: Content | None) -> beat_forms.Beats | None:
    """The beats of a file that a performer of musicBeat wrote; None for anything else."""
    if content is None:
        return None
    try:
        found = json.loads(content if isinstance(content, bytes) else content.read_bytes())
        return beat_forms.Beats(bpm=found["bpm"], beats=found["beats"])
    except (ValueError, KeyError, TypeError):
        return None


def _chorus(found: Members, form: str) -> Members:
    if form == "texts":
        return found
    numbers = {name: float(str(value)) for name, value in found.items()}
    if form == "numbers":
        return {**numbers}
    return {name: round(value * 1000) if name != "score" else value for name, value in numbers.items()}


def _name(name: str, form: str, number: int) -> str:
    """A performer's `<prefix>_<job>_<kind>.<ext>` in the dialect's scheme."""
    path = PurePosixPath(name)
    kind = numbered(path.stem.rpartition("_")[2], number)
    schemes = {
        "kind": f"{kind}{path.suffix}",
        "uuid": f"{uuid.uuid4()}{path.suffix}",
        "chinese": f"节拍 {kind}{path.suffix}",
    }
    return schemes.get(form, name)


def _renamed(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, dict):
        return {member: _renamed(inner, names) for member, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value
