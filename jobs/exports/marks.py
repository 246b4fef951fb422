"""Beats and regions as an editor knows them: marks of whole frames, in the order of the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jobs.exports.placing import caption, region_caption
from jobs.exports.timing import Timing
from jobs.results import Result

Kind = Literal["beat", "downbeat", "region"]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """`count` frames from the frame `first` of the timeline, which begins with 0."""

    first: int
    count: int
    kind: Kind
    name: str


def marks_of(result: Result, timing: Timing) -> list[Mark]:
    """Every beat as one frame and every region as at least one."""
    marks = [
        Mark(
            first=timing.frame(marker.time),
            count=1,
            kind="downbeat" if marker.downbeat else "beat",
            name=caption(marker, number),
        )
        for number, marker in enumerate(result.markers, start=1)
    ]
    for number, region in enumerate(result.regions, start=1):
        first = timing.frame(region.start)
        count = max(1, timing.frame(region.end) - first)
        marks.append(Mark(first=first, count=count, kind="region", name=region_caption(region, number)))
    return sorted(marks, key=lambda mark: mark.first)
