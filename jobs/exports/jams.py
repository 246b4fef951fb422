"""Beats and regions in JAMS, the annotation format of music research."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.placing import length_of
from jobs.exports.timing import Timing
from jobs.results import Marker, Result

# The version of the schema that is written.
SCHEMA = "0.3.4"
TOOL = "Tencent Smart Music Platform"


class Jams(Export):
    """Namespace `beat`, its value the position in the bar where downbeats are known; `segment_open` for
    regions."""

    key = "jams"
    title = _("JAMS")
    ending = "jams"
    content_type = "application/json"
    applications = (
        Application(
            key="jams",
            name="JAMS",
            group=Group.DATA,
            how_to=_("Load the file with jams.load() in Python; the beats are in the namespace beat."),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        length = length_of(result, song.seconds, timing.offset)
        annotations = [_annotation("beat", _beats(result.markers), length)]
        if result.regions:
            annotations.append(_annotation("segment_open", _segments(result), length))
        told = {
            "annotations": annotations,
            "file_metadata": {
                "title": song.name,
                "artist": "",
                "release": "",
                "duration": length,
                "identifiers": {},
                "jams_version": SCHEMA,
            },
            "sandbox": {},
        }
        return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False).encode()


def _beats(markers: tuple[Marker, ...]) -> list[dict[str, Any]]:
    """A beat before the first downbeat has no position that could be known."""
    position, told = None, []
    for marker in markers:
        if marker.downbeat:
            position = count(1)
        told.append(_observation(marker.time, 0.0, next(position) if position else None, marker.strength))
    return told


def _segments(result: Result) -> list[dict[str, Any]]:
    return [
        _observation(region.start, region.end - region.start, region.label, region.score)
        for region in result.regions
    ]


def _observation(
    time: float, duration: float, value: float | str | None, confidence: float | None
) -> dict[str, Any]:
    return {"time": time, "duration": duration, "value": value, "confidence": confidence}


def _annotation(namespace: str, data: list[dict[str, Any]], length: float) -> dict[str, Any]:
    return {
        "namespace": namespace,
        "data": data,
        "annotation_metadata": {
            "curator": {"name": "", "email": ""},
            "annotator": {},
            "version": "",
            "corpus": "",
            "annotation_tools": TOOL,
            "annotation_rules": "",
            "validation": "",
            "data_source": "program",
        },
        "sandbox": {},
        "time": 0,
        "duration": length,
    }
