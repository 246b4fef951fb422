"""Decides which object paths of a bucket a person may name, and what may be played in the page."""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Container

from accounts.streaming import AUDIO_TYPES, audio_type, ending_of
from tencent.formats import check_key

# Only these and AUDIO_TYPES are ever served inline; everything else is a download (a page or an SVG may hold
# a script).
PICTURE_TYPES = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}
_VIDEOS = (".avi", ".flv", ".m4v", ".mkv", ".mov", ".mpg", ".webm", ".wmv")
_TEXTS = (
    ".cfg", ".conf", ".csv", ".edl", ".env", ".ini", ".json", ".jsonl", ".log", ".lrc", ".md", ".py", ".sh",
    ".srt", ".toml", ".tsv", ".txt", ".vtt", ".xml", ".yaml", ".yml",
)  # fmt: skip


class UnfitPath(ValueError):
    """A path that leads upwards, holds control characters or backslashes, or is longer than 850 bytes."""


def normalise(text: str) -> str:
    """The object key for `text`: without a leading slash. Raises UnfitPath."""
    key = text.removeprefix("/")
    if check_key(key):
        raise UnfitPath
    return key


def is_fit(key: str) -> bool:
    """Whether `key`, as the bucket lists it, is an address here too."""
    return not key.startswith("/") and check_key(key) is None


def normalise_prefix(text: str) -> str:
    """The folder for `text`: "" for the root, otherwise with one slash at its end. Raises UnfitPath."""
    folder = text.strip("/")
    return f"{normalise(folder)}/" if folder else ""


def inline_type(path: str) -> str:
    """The media type of a path that may be shown or played in the page, "" for every other."""
    return audio_type(path) or PICTURE_TYPES.get(ending_of(path), "")


def kind_of(path: str) -> str:
    """What a file is by its name: folder, audio, video, picture, text or other."""
    ending = ending_of(path)
    kinds: dict[str, Container[str]] = {
        "audio": AUDIO_TYPES,
        "video": _VIDEOS,
        "picture": PICTURE_TYPES,
        "text": _TEXTS,
    }
    if path.endswith("/"):
        return "folder"
    return next((kind for kind, endings in kinds.items() if ending in endings), "other")


def file_name(path: str, own_name: str = "") -> str:
    """What a download is called: the person's own name or the end of the path, without anything invisible."""
    name = own_name or posixpath.basename(path.rstrip("/"))
    visible = "".join(
        "_" if letter in '/\\"' or unicodedata.category(letter).startswith("C") else letter for letter in name
    )
    return visible.strip(". ") or "file"


def parents(prefix: str) -> list[tuple[str, str]]:
    """The folders above and including `prefix`, as (name, prefix), from the top down."""
    names = prefix.strip("/").split("/") if prefix else []
    return [(name, "/".join(names[: depth + 1]) + "/") for depth, name in enumerate(names)]
