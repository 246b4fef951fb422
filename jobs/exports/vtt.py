"""Beats as WebVTT captions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Group
from jobs.exports.subtitles import Cues


class Vtt(Cues):
    """Signs that mean something in WebVTT are written as entities."""

    key = "vtt"
    title = _("WebVTT captions")
    ending = "vtt"
    content_type = "text/vtt; charset=utf-8"
    format = "vtt"
    applications = (
        Application(
            key="vtt",
            name=_("Web page or YouTube (WebVTT)"),
            group=Group.SUBTITLES,
            how_to=_("Upload the file as subtitles with timing, or name it in the track of a video element."),
        ),
    )

    def words(self, text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
