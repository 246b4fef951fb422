"""One open question about TMP, with the answers that are plausible."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Switch:
    """One open question: `settings` with what each means, the first one taken for granted; `mark` what speaks
    for that one; `question` the number of the open question in docs/tmp-protocol.md."""

    name: str
    settings: Mapping[str, str]
    mark: str
    question: str
    sentence: str

    @property
    def usual(self) -> str:
        """The setting that is taken for granted."""
        return next(iter(self.settings))


def switch(name: str, mark: str, question: str, sentence: str, /, **settings: str) -> Switch:
    """A row; `settings` with `_` for a dash, and in front of a digit."""
    named = {setting.removeprefix("_").replace("_", "-"): text for setting, text in settings.items()}
    return Switch(name=name, settings=named, mark=mark, question=question, sentence=sentence)
