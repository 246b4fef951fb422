"""What an export format is: a way to carry a result to another program."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from django.utils.functional import Promise

from jobs.results import Result


class Export(ABC):
    """`key` stands in the address, `extension` has no dot, `how_to` says what to do with the file."""

    key: ClassVar[str]
    title: ClassVar[str | Promise]
    extension: ClassVar[str]
    content_type: ClassVar[str]
    how_to: ClassVar[str | Promise]

    @abstractmethod
    def write(self, result: Result, *, name: str) -> bytes:
        """The file's bytes. Times stay seconds up to here; `name` is the song's, as the person calls it."""
