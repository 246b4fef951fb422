"""Beats and regions as an OpenTimelineIO file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.timeline import timeline_of
from jobs.exports.timing import Timing
from jobs.results import Result


class Otio(Export):
    """A timeline with the song as an offline clip and everything else as markers of the timeline."""

    key = "otio"
    title = _("OpenTimelineIO")
    ending = "otio"
    content_type = "application/json"
    uses = frozenset({"fps", "start"})
    applications = (
        Application(
            key="otio",
            name="OpenTimelineIO",
            group=Group.DATA,
            how_to=_(
                "Choose File > Import > Timeline in Resolve 18.5, or open it in Kdenlive, Flame or a script."
            ),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        from opentimelineio.adapters import write_to_string

        return str(write_to_string(timeline_of(result, song, timing), "otio_json")).encode()
