"""The list of export formats: one dotted name per line, in the order of the page."""

from __future__ import annotations

from functools import cache

from django.utils.module_loading import import_string

from jobs.exports.base import Application, Export, Group
from jobs.results import Result

EXPORTS = [
    "jobs.exports.premiere.Premiere",
    "jobs.exports.resolve_edl.ResolveEdl",
    "jobs.exports.fcpxml.FcpXml",
    "jobs.exports.capcut.CapCutDraft",
    "jobs.exports.after_effects.AfterEffects",
    "jobs.exports.avid.AvidMarkers",
    "jobs.exports.midi.Midi",
    "jobs.exports.reaper.ReaperMarkers",
    "jobs.exports.audacity.AudacityLabels",
    "jobs.exports.srt.Srt",
    "jobs.exports.vtt.Vtt",
    "jobs.exports.beats_csv.BeatsCsv",
    "jobs.exports.plain_json.PlainJson",
    "jobs.exports.otio.Otio",
    "jobs.exports.sonic_visualiser.SonicVisualiser",
    "jobs.exports.jams.Jams",
]


@cache
def all_exports() -> dict[str, Export]:
    """Every format by its key, in the order of the list."""
    made = [import_string(name)() for name in EXPORTS]
    return {each.key: each for each in made}


def export(key: str) -> Export:
    """The format `key`; raises KeyError."""
    return all_exports()[key]


@cache
def by_group() -> dict[Group, list[tuple[Application, Export]]]:
    """Every program that a result can be carried to, with its format."""
    pairs = [(program, each) for each in all_exports().values() for program in each.applications]
    return {group: [pair for pair in pairs if pair[0].group == group] for group in Group}


def groups_for(result: Result) -> dict[Group, list[tuple[Application, Export]]]:
    """The programs that `result` can be carried to: without beats, only those that know regions."""
    if not result.markers and not result.regions:
        return {}
    chosen = {
        group: [(program, each) for program, each in pairs if result.markers or each.has_regions]
        for group, pairs in by_group().items()
    }
    return {group: pairs for group, pairs in chosen.items() if pairs}
