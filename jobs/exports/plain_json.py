"""A result as JSON for programs, in the portal's own words."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.timing import Timing
from jobs.results import Result


class PlainJson(Export):
    """The result as it is stored (`version` tells its shape), with frames and timecodes at every time."""

    key = "json"
    title = _("JSON")
    ending = "json"
    content_type = "application/json"
    uses = frozenset({"fps", "start"})
    applications = (
        Application(
            key="json",
            name=_("Your own program (JSON)"),
            group=Group.DATA,
            how_to=_("Read markers and regions; times are seconds, frames and timecodes stand beside them."),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        told = result.to_json()
        told["song"] = {"name": song.name, "seconds": song.seconds}
        told["timing"] = {
            "frame_rate": timing.rate.key,
            "start_timecode": timing.timecode(0),
            "offset_seconds": float(timing.offset),
        }
        for marker in told["markers"]:
            marker |= _counted(timing, "", marker["time"])
        for region in told["regions"]:
            region |= _counted(timing, "start_", region["start"]) | _counted(timing, "end_", region["end"])
        return json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False).encode()


def _counted(timing: Timing, which: str, seconds: float) -> dict[str, Any]:
    frame = timing.frame(seconds)
    return {f"{which}frame": frame, f"{which}timecode": timing.timecode(frame)}
