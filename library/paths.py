"""Decides which object paths of a bucket a person may name, and what may be played in the page."""

from __future__ import annotations

import posixpath
import re
import unicodedata

from tencent.formats import check_key

# Only these are ever served inline; everything else is a download (a page or an SVG may hold a script).
AUDIO_TYPES = {
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "audio/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".weba": "audio/webm",
}
_RANGE = re.compile(r"bytes=(\d{1,15}-\d{0,15}|-\d{1,15})")


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


def audio_type(path: str) -> str:
    """The media type of a path that may be played in the page, "" for every other."""
    return AUDIO_TYPES.get(posixpath.splitext(path)[1].lower(), "")


def clean_range(header: str) -> str:
    """A Range header of one plain range, "" for anything else: then the whole file is the right answer."""
    return header if _RANGE.fullmatch(header) else ""


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
