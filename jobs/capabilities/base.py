"""What the portal has to know of one thing that TMP can do; a new one is a subclass in a file of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise

from jobs.results import Result

OpenFile = Callable[[str], bytes]


class Capability(ABC):
    """`key` is TMP's own word for it (a member of smartContentDescriptor); `Form` has one field for each
    parameter, named as on the wire, with help text, limits and the demo's value as initial."""

    key: ClassVar[str]
    title: ClassVar[str | Promise]
    summary: ClassVar[str | Promise]
    Form: ClassVar[type[forms.Form]]
    # Whether TMP writes files for it. Of one that only answers, an output names neither content id nor folder
    # (doc: each page's table), so that a lost answer leaves no trace in the bucket.
    writes_files: ClassVar[bool] = True
    # What to call the files that TMP writes, by the member that names them; others go by that member.
    file_titles: ClassVar[Mapping[str, str | Promise]] = {}

    def descriptor(self, params: Mapping[str, Any]) -> dict[str, Any] | int:
        """The capability's value in a CreateJob: only what was set, in the order of the form.

        `params` is cleaned data of `Form`, also after a trip through JSON. Enumerations travel as integers
        (seed, doc).
        """
        return {name: params[name] for name in self.Form.base_fields if params.get(name) not in (None, "")}

    @abstractmethod
    def read(self, found: Any, open_file: OpenFile, *, seconds: float | None) -> Result:
        """TMP's answer in the portal's words; never raises because of what the answer holds.

        `found` is `smartContentResult.<key>` and may be any JSON, or None. `open_file` gives the bytes of a
        file named in it, and raises FileNotFoundError, or ValueError for one that is too large. `seconds` is
        the length of the song, None where unknown. File paths are names as TMP gave them: the caller puts the
        destination in front.
        """
