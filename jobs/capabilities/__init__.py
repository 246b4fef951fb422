"""The list of what the portal can ask TMP for: one dotted name per line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from jobs.capabilities.base import Capability

CAPABILITIES = [
    "jobs.capabilities.music_beat.MusicBeat",
    "jobs.capabilities.music_highlight.MusicHighlight",
]


@cache
def all_capabilities() -> dict[str, Capability]:
    """Every capability by its key, in the order of the list."""
    made = [import_string(name)() for name in CAPABILITIES]
    return {each.key: each for each in made}


def capability(key: str) -> Capability:
    """The capability named `key` on the wire; raises KeyError."""
    return all_capabilities()[key]


def writes_files(key: str) -> bool:
    """Whether TMP writes files for the capability `key`; taken for granted of one that is no longer known."""
    known = all_capabilities().get(key)
    return known is None or known.writes_files


def file_titles(key: str) -> Mapping[str, str | Promise]:
    """What to call the files of the capability `key`; nothing for one that the portal no longer knows."""
    known = all_capabilities().get(key)
    return known.file_titles if known else {}
