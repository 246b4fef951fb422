"""Beats as SRT captions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Group
from jobs.exports.subtitles import Cues


class Srt(Cues):
    """Players show <tags> as styles and know no way to write the sign itself: it is written another way."""

    key = "srt"
    title = _("SRT captions")
    ending = "srt"
    content_type = "application/x-subrip; charset=utf-8"
    format = "srt"
    applications = (
        Application(
            key="srt",
            name=_("Any player or editor (SRT)"),
            group=Group.SUBTITLES,
            how_to=_("Import the file as captions, or keep it beside the video under the video's name."),
        ),
    )

    def words(self, text: str) -> str:
        return text.replace("<", "‹").replace(">", "›")
