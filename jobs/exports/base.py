"""What an export format is: a way to carry a result to other programs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jobs.exports.names import stem_of
from jobs.exports.placing import placed, plain
from jobs.exports.timing import NO_START, Timing
from jobs.results import Result

LONGEST_NAME = 1000


class Group(TextChoices):
    """What kind of program it is, in the order of the page."""

    VIDEO = "video", _("Video editors")
    MUSIC = "music", _("Music programs")
    SUBTITLES = "subtitles", _("Subtitles")
    DATA = "data", _("Data and research")


@dataclass(frozen=True, kw_only=True)
class Application:
    """A program by the name that people know, and in one sentence what to do there with the file."""

    key: str
    name: str | Promise
    group: Group
    how_to: str | Promise


@dataclass(frozen=True, kw_only=True)
class Song:
    """The song as the person calls it, with its length in seconds where that is known."""

    name: str
    seconds: float | None = None


class Export(ABC):
    """One format. `key` stands in the address; a file is called <song>.<ending>.

    `uses` has "fps" and "start" where the format knows frames and a timeline's beginning; an offset fits them
    all. `start` is the beginning that its programs give a new timeline. It `has_regions` where it can carry
    stretches of time. What is `experimental` was never opened in the program it is for.
    """

    key: ClassVar[str]
    title: ClassVar[str | Promise]
    ending: ClassVar[str]
    content_type: ClassVar[str]
    applications: ClassVar[tuple[Application, ...]]
    uses: ClassVar[frozenset[str]] = frozenset()
    start: ClassVar[str] = NO_START
    has_regions: ClassVar[bool] = True
    experimental: ClassVar[bool] = False

    @property
    def extension(self) -> str:
        """What programs know the file by, without a dot."""
        return self.ending.rpartition(".")[2]

    def file_name(self, song: Song) -> str:
        """What the file is called."""
        return f"{stem_of(song.name)}.{self.ending}"

    def write(self, result: Result, *, song: Song, timing: Timing) -> bytes:
        """The file's bytes: the result with the offset applied."""
        named = replace(song, name=plain(song.name, longest=LONGEST_NAME) or "song")
        return self.content(placed(result, timing.offset), named, timing)

    @abstractmethod
    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        """The bytes for a result that `placed` prepared, with the times to write in seconds, and a song whose
        name is plain."""
