"""The list of export formats: one dotted name per line."""

from __future__ import annotations

from functools import cache

from django.utils.module_loading import import_string

from jobs.exports.base import Export

EXPORTS = [
    "jobs.exports.beats_csv.BeatsCsv",
    "jobs.exports.audacity.AudacityLabels",
]


@cache
def all_exports() -> dict[str, Export]:
    """Every format by its key, in the order of the list."""
    made = [import_string(name)() for name in EXPORTS]
    return {each.key: each for each in made}


def export(key: str) -> Export:
    """The format `key`; raises KeyError."""
    return all_exports()[key]
